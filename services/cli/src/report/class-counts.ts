import { classes } from "@antedate/schemas";
import type { ClassCounts } from "./report-figures.ts";

export function noCounts(): ClassCounts {
  return { pre_acceptance: 0, near_acceptance: 0, post_delivery: 0, never_accepted: 0, unknown: 0 };
}

/** Adds `more` to `counts`, which it changes and returns. */
export function addCounts(counts: ClassCounts, more: ClassCounts): ClassCounts {
  for (const name of classes) counts[name] += more[name];
  return counts;
}

export function sumOfCounts(counts: ClassCounts): number {
  return classes.reduce((sum, name) => sum + counts[name], 0);
}
