import { expect, test } from "vitest";
import { noCounts } from "./class-counts.ts";
import { renderTables, renderTruthTable } from "./render-tables.ts";
import type { GroupFigures } from "./report-figures.ts";
import { createReportTally } from "./report-tally.ts";

const empty = createReportTally().figures();

function group(name: string | null, before: number): GroupFigures {
  return { name, messages: 1, accepted: 1, contentDeferred: 0, counts: { ...noCounts(), pre_acceptance: before } };
}

function withDomains(listed: GroupFigures[], others: GroupFigures | null = null, othersCount: number | null = 0) {
  const byKind = { ...empty.byKind, click: { ...noCounts(), pre_acceptance: 12_345, post_delivery: 1 } };
  return { ...empty, messages: 9, engagements: 12_346, byKind, domains: { listed, others, othersCount } };
}

/** The cells of the line that begins with a name. */
function cellsOf(text: string, name: string): string[] | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(name))
    ?.split(/\s{2,}/);
}

test("of nothing says so", () => {
  expect(renderTables(empty)).toBe("No messages and no engagement yet.\n");
});

test("leads with the sentence and counts classes by kind", () => {
  const text = renderTables(withDomains([group("elm.example", 3)]));
  expect(text.split("\n")[0]).toContain("Of 12 346 opens and clicks, 12 345 (>99.9 %) happened before");
  expect(cellsOf(text, "click")).toEqual(["click", "12 345", "·", "1", "·", "·", "12 346"]);
  expect(cellsOf(text, "elm.example")).toEqual(["elm.example", "3", "·", "·", "·", "·", "3"]);
  expect(text).not.toMatch(/undefined|NaN/);
});

test("lists twenty domains and sums up all others", () => {
  const listed = Array.from({ length: 25 }, (_, index) => group(`d${index}.example`, 100 - index));
  const text = renderTables(withDomains(listed, group(null, 7), 40));
  expect(text).toContain("d19.example");
  expect(text).not.toContain("d20.example");
  expect(cellsOf(text, "(45 others)")?.at(-1)).toBe(String(80 + 79 + 78 + 77 + 76 + 7));
  expect(renderTables(withDomains(listed, group(null, 7), null))).toContain("(all others)");
});

test("a name can neither command the terminal nor break the table", () => {
  const text = renderTables(withDomains([group("\u001b[31mred\u0007\nelm.example", 3), group("x".repeat(300), 2)]));
  expect(text).toContain("\ufffd[31mred\ufffd\ufffdelm.example");
  expect(text).not.toContain("\u001b");
  expect(
    Math.max(
      ...text
        .split("\n")
        .slice(1)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(100);
});

test("compares with the truth: behaviour by class, and the verdict", () => {
  const text = renderTruthTable([
    { behaviour: "c", kind: "machine", class: "pre_acceptance", count: 300 },
    { behaviour: "c", kind: "machine", class: "pre_acceptance", count: 69 },
    { behaviour: "c", kind: "human", class: "post_delivery", count: 66 },
    { behaviour: "b", kind: "machine", class: "near_acceptance", count: 186 },
  ]);
  expect(text).toContain("369 of 555 requests by machines (66.5 %) are proven to be so, 0 of 66 by people were taken");
  expect(cellsOf(text, "c machine")).toEqual(["c machine", "369", "·", "·", "·", "·", "369"]);
  expect(cellsOf(text, "all human")).toEqual(["all human", "·", "·", "66", "·", "·", "66"]);
  expect(text.indexOf("b machine")).toBeLessThan(text.indexOf("c human"));
});

test("without requests there is nothing to compare", () => {
  expect(renderTruthTable([])).toBe("No requests to compare with the truth.\n");
});
