import Table from "cli-table3";
import { printable } from "./printable.ts";

const nameWidthMax = 36;

/**
 * A table in plain text: the first column is names, the rest are numbers. No colour and no vertical lines, so that it
 * can be read in a log and copied from. Names come from mail and are made harmless.
 */
export function terminalTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const lines = {
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    right: "",
    "right-mid": "",
    middle: " ",
  };
  const table = new Table({
    head: [...heads],
    colAligns: heads.map((_, index) => (index === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 1 },
    chars: { ...none, ...lines, mid: "─", "mid-mid": "─" },
  });
  table.push(...rows.map(([name = "", ...cells]) => [shortened(printable(name)), ...cells.map(printable)]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A long name keeps its end, where the registered domain is. */
function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length <= nameWidthMax ? name : `…${characters.slice(1 - nameWidthMax).join("")}`;
}
