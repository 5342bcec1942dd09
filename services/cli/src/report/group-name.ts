import { html, type Markup } from "./markup.ts";
import { formatCount } from "./number-format.ts";

const nameCharsMax = 160;

/**
 * A name from the data: isolated, so that its direction of writing stays its own. A very long one keeps its beginning
 * and its end, where the registered domain is.
 */
export function groupName(name: string | null, missing = "not known"): Markup {
  return name === null ? html`<em>${missing}</em>` : html`<bdi>${shortName(name)}</bdi>`;
}

function shortName(name: string): string {
  if (name.length <= nameCharsMax) return name;
  const characters = Array.from(name.slice(0, nameCharsMax));
  const ending = Array.from(name.slice(-nameCharsMax));
  const half = nameCharsMax / 2;
  return `${characters.slice(0, half).join("")}…${ending.slice(1 - half).join("")}`;
}

/** The name of the row that sums up what is not listed. */
export function othersName(count: number | null): string {
  if (count === null) return "All others";
  return count === 1 ? "1 other" : `${formatCount(count)} others`;
}
