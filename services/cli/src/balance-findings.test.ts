import { expect, test } from "vitest";
import { balanceFindings, type PartitionBalance } from "./balance-findings.ts";

const even: PartitionBalance = {
  log_id: "a",
  log_partition: 0,
  engagements_read: 7,
  imbalance: 0,
  missing_engagements: 0,
  missing_messages: 0,
};

test("books that balance are one line, and an empty database has none", () => {
  expect(balanceFindings([])).toEqual([]);
  expect(balanceFindings([even, { ...even, log_partition: 1 }])).toEqual([
    {
      severity: "ok",
      sentence: "the books balance: 14 engagements read in 2 partitions, nothing missing, nothing doubled",
    },
  ]);
});

test("what does not balance is named with its partition, and a half stored cut is no error", () => {
  const off = { ...even, log_partition: 3, imbalance: 2, missing_engagements: 5, missing_messages: -1 };
  const findings = balanceFindings([even, off]);
  expect(findings.map(({ severity }) => severity)).toEqual(["error", "error", "error"]);
  for (const { sentence } of findings) expect(sentence).toMatch(/^partition 3 of log a: /);
  expect(findings[1]?.sentence).toContain("engagements lacks 5 rows");
  expect(findings[2]?.sentence).toContain("messages has 1 rows too many");
  const storing = balanceFindings([{ ...even, missing_engagements: null, missing_messages: null }]);
  expect(storing.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
});
