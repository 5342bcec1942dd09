import { classes } from "@antedate/schemas";
import { sumOfCounts } from "./class-counts.ts";
import { classLabels } from "./class-labels.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatShare } from "./number-format.ts";
import type { ClassCounts } from "./report-figures.ts";

/** A bar of full width, divided by class. Nothing counted gives an empty track. */
export function classBar(counts: ClassCounts): Markup {
  const total = sumOfCounts(counts);
  const present = classes.filter((name) => counts[name] > 0);
  const words = present.map((name) => `${classLabels[name]} ${formatShare(counts[name], total)}`);
  const segments = present.map((name) => {
    const tip = `${classLabels[name]}: ${formatCount(counts[name])} (${formatShare(counts[name], total)})`;
    return html`<i class="${name}" style="flex-grow:${counts[name]}" title="${tip}"></i>`;
  });
  return html`<span class="bar" role="img" aria-label="${words.join(", ") || "Nothing counted"}">${segments}</span>`;
}
