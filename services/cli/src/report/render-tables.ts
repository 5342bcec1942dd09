import type { EngagementClass } from "@antedate/schemas";
import type { ReportFigures } from "./report-figures.ts";

/** The figures as tables for a terminal. */
export function renderTables(figures: ReportFigures): string {
  return `${figures.engagements}`;
}

export interface TruthCount {
  behaviour: string;
  kind: "human" | "machine";
  class: EngagementClass;
  count: number;
}

/** Classes against the truth of a capture, for a terminal. */
export function renderTruthTable(rows: readonly TruthCount[]): string {
  return `${rows.length}`;
}
