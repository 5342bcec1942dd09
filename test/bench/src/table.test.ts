import { expect, test } from "vitest";
import { renderTable } from "./table.ts";

test("numbers stand to the right, words to the left, a dash for what is absent", () => {
  const table = renderTable(
    ["what", "records", "ratio"],
    [
      ["join", 1_234_567.8, 0.5],
      ["null pipe", 12, null],
    ],
  );
  expect(table.split("\n")).toEqual([
    "what         records  ratio",
    "---------  ---------  -----",
    "join       1,234,568   0.50",
    "null pipe         12      -",
  ]);
});
