import { expect, test } from "vitest";
import { parseArguments, toCount } from "./arguments.ts";

test("a benchmark alone runs with its defaults", () => {
  expect(parseArguments(["join"])).toEqual({
    benchmark: "join",
    quick: false,
    out: null,
    data: null,
    sizes: null,
    partitions: 4,
    only: null,
  });
});

test("flags stand before or after the name", () => {
  const args = parseArguments(["--quick", "join", "--sizes", "400k,3.2M", "--out", "a.json", "--only", "ours,flink"]);
  expect(args).toMatchObject({ quick: true, sizes: [400_000, 3_200_000], out: "a.json", only: ["ours", "flink"] });
});

test("an unknown benchmark and a second one are refused with the usage", () => {
  expect(() => parseArguments(["speed"])).toThrow("Which benchmark? npm run bench -- join");
  expect(() => parseArguments(["join", "join"])).toThrow("Which benchmark?");
  expect(() => parseArguments([])).toThrow("Which benchmark?");
});

test("what is no count is refused", () => {
  expect(toCount("17")).toBe(17);
  for (const text of ["", "0", "-1", "10G", "many"]) expect(() => toCount(text)).toThrow("is no count");
});
