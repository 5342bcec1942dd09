import { html, type Markup } from "./markup.ts";
import { formatCount } from "./number-format.ts";

/** A name from the data: isolated, so that its direction of writing stays its own. */
export function groupName(name: string | null, missing = "not known"): Markup {
  return name === null ? html`<em>${missing}</em>` : html`<bdi>${name}</bdi>`;
}

/** The name of the row that sums up what is not listed. */
export function othersName(count: number | null): string {
  if (count === null) return "All others";
  return count === 1 ? "1 other" : `${formatCount(count)} others`;
}
