import { expect, test } from "vitest";
import { checkKeyPlacement, defaultPartition } from "./key-placement.ts";

test("keys get the partition that Kafka's Java client gives them", () => {
  // Hashes from Kafka's own UtilsTest.testMurmur2, made positive, modulo 1000.
  const hashes: [string, number][] = [
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ];
  for (const [key, hash] of hashes) {
    expect(defaultPartition(Buffer.from(key), 1000)).toBe((hash & 0x7fffffff) % 1000);
  }
});

test("misplaced keys are a warning that names one of them and the setting of the producers", () => {
  const example = { partition: 3, offset: "17", belongsIn: 1 };
  const [finding] = checkKeyPlacement([{ topic: "email.sends", sampled: 100, misplaced: 90, example }]);
  expect(finding?.severity).toBe("warning");
  expect(finding?.sentence).toContain("90 of 100");
  expect(finding?.sentence).toContain("offset 17 of partition 3 belongs in 1");
  expect(finding?.remedy).toContain("partitioner=murmur2_random");
});

test("well placed and absent keys are good news", () => {
  const findings = checkKeyPlacement([
    { topic: "a", sampled: 5, misplaced: 0 },
    { topic: "b", sampled: 0, misplaced: 0 },
  ]);
  expect(findings.map(({ severity }) => severity)).toEqual(["ok", "ok"]);
});
