import { printable } from "./printable.ts";

/** HTML that is safe to place in a page. Only `html` makes it. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | null | readonly Content[];

/** A template of HTML: what is put in is escaped, but for markup; null is nothing, lists are joined. */
export function html(texts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = texts.map((text, index) => (index < contents.length ? text + render(contents[index] ?? null) : text));
  return { markup: parts.join("") };
}

/** Takes a text of our own, such as a style sheet, as markup. */
export function verbatim(text: string): Markup {
  return { markup: text };
}

function render(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string") return escape(content);
  if (typeof content === "number") return String(content);
  return "markup" in content ? content.markup : content.map(render).join("");
}

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] as string);
}
