import { html, type Markup } from "./markup.ts";
import { formatCount } from "./number-format.ts";

const nameCharsMax = 80;

/**
 * A name from the data: isolated, so that its direction of writing stays its own. A very long one keeps its beginning
 * and its end, where the registered domain is.
 */
export function groupName(name: string | null, missing = "not known", charsMax: number = nameCharsMax): Markup {
  return name === null ? html`<em>${missing}</em>` : html`<bdi>${shortName(name, charsMax)}</bdi>`;
}

function shortName(name: string, charsMax: number): string {
  if (name.length <= charsMax) return name;
  const half = charsMax / 2;
  const beginning = Array.from(name.slice(0, charsMax)).slice(0, half);
  const ending = Array.from(name.slice(-charsMax)).slice(1 - half);
  return `${beginning.join("")}…${ending.join("")}`;
}

/** The name of the row that sums up what is not listed. */
export function othersName(count: number | null): string {
  if (count === null) return "All others";
  return count === 1 ? "1 other" : `${formatCount(count)} others`;
}
