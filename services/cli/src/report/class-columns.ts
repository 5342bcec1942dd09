import { classes } from "@antedate/schemas";
import { classBar } from "./class-bar.ts";
import { sumOfCounts } from "./class-counts.ts";
import { shortClassLabels } from "./class-labels.ts";
import type { Column } from "./html-table.ts";
import { html, type Content } from "./markup.ts";
import { formatCount, formatShare } from "./number-format.ts";
import type { ClassCounts } from "./report-figures.ts";

export interface Counted {
  counts: ClassCounts;
}

/** What every table by class shows of a row: its sum, its bar, a column for each class where there is room. */
export function classColumns<Row extends Counted>(): Column<Row>[] {
  const number = (head: Content, cell: Column<Row>["cell"], on?: "desk"): Column<Row> => ({
    head,
    cell,
    as: "number",
    ...(on && { on }),
  });
  return [
    number("All", ({ counts }) => formatCount(sumOfCounts(counts))),
    { head: "By class", cell: ({ counts }) => classBar(counts), as: "bars" },
    ...classes.map((name) =>
      number(html`<i class="${name}"></i>${shortClassLabels[name]}`, ({ counts }) => mutedZero(counts[name]), "desk"),
    ),
    number("Share before", ({ counts }) => formatShare(counts.pre_acceptance, sumOfCounts(counts))),
  ];
}

function mutedZero(count: number): Content {
  return count === 0 ? html`<span class="zero">0</span>` : formatCount(count);
}
