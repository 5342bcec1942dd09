import { expect, test } from "vitest";
import { noCounts } from "./class-counts.ts";
import { plainSpaces } from "./number-format.ts";
import type { ClassCounts, ReportFigures } from "./report-figures.ts";
import { createReportTally } from "./report-tally.ts";
import { statement } from "./statement.ts";

const empty = createReportTally().figures();

function said(clicks: Partial<ClassCounts>, unsubscribes: Partial<ClassCounts> = {}): string[] {
  const [click, unsubscribe] = [
    { ...noCounts(), ...clicks },
    { ...noCounts(), ...unsubscribes },
  ];
  const figures: ReportFigures = { ...empty, byKind: { ...empty.byKind, click, unsubscribe } };
  return statement(figures).map(plainSpaces);
}

test.each([
  [{}, "No opens or clicks yet."],
  [{ post_delivery: 2 }, "None of 2 opens and clicks happened before the receiving server accepted the message."],
  [
    { pre_acceptance: 1 },
    "The only open or click happened before the receiving server accepted the message; no person can have made it.",
  ],
  [
    { pre_acceptance: 1, post_delivery: 3 },
    "Of 4 opens and clicks, 1 (25.0 %) happened before the receiving server accepted the message; no person can have made it.",
  ],
  [
    { pre_acceptance: 424, near_acceptance: 1510 },
    "Of 1 934 opens and clicks, 424 (21.9 %) happened before the receiving server accepted the message; no person can have made them.",
  ],
])("of %j it says: %s", (counts, sentence) => {
  expect(said(counts)).toEqual([sentence]);
});

test("tells of messages that were never accepted, and of unsubscribes", () => {
  expect(said({ pre_acceptance: 2, never_accepted: 2 }, { pre_acceptance: 1, post_delivery: 5 }).slice(1)).toEqual([
    "2 more (50.0 %) belong to messages that it never accepted.",
    "One unsubscribe was made that way too.",
  ]);
});

test("calls nothing proven while requests came before any server had the content: clocks may be wrong", () => {
  const figures = (notExposed: number, clicks: number): ReportFigures => ({
    ...empty,
    byKind: { ...empty.byKind, click: { ...noCounts(), pre_acceptance: clicks } },
    byExposure: { ...empty.byExposure, not_exposed: { ...noCounts(), pre_acceptance: notExposed, post_delivery: 3 } },
  });
  expect(statement(figures(1, 1)).map(plainSpaces)).toEqual([
    "The only open or click happened before the receiving server accepted the message.",
    "One request came before any server had been sent the content: look at the clocks and at --timezone before you believe it.",
  ]);
  expect(statement(figures(2, 4)).map(plainSpaces)).toEqual([
    "Of 4 opens and clicks, 4 (100 %) happened before the receiving server accepted the message.",
    "2 requests came before any server had been sent the content: look at the clocks and at --timezone before you believe it; no person can have made the others.",
  ]);
});
