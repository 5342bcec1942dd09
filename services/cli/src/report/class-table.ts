import { classes } from "@antedate/schemas";
import { sumOfCounts } from "./class-counts.ts";
import { formatCount } from "./number-format.ts";
import type { ClassCounts } from "./report-figures.ts";
import { terminalTable } from "./terminal-table.ts";

export interface CountRow {
  name: string;
  counts: ClassCounts;
}

/** Counts by class for a terminal. */
export function classTable(head: string, rows: readonly CountRow[]): string {
  const classHeads = classes.map((name) => name.replace("_", "\n_"));
  return terminalTable(
    [head, ...classHeads, "all"],
    rows.map(({ name, counts }) => [name, ...classes.map((own) => cell(counts[own])), cell(sumOfCounts(counts))]),
  );
}

function cell(count: number): string {
  return count === 0 ? "·" : formatCount(count);
}
