import type { ReportFigures } from "./report-figures.ts";

export interface ReportHeading {
  title: string;
  /** Epoch milliseconds. */
  generatedAt: number;
  /** Where the figures are from, or null. */
  note: string | null;
}

/** A report page: one HTML file that needs nothing else. */
export function renderReport(figures: ReportFigures, heading: ReportHeading): string {
  return `${figures.engagements} ${heading.title}`;
}
