export type Cell = string | number | null;

/** A table for the terminal: numbers to the right, groups of three digits, a dash for what was not measured. */
export function renderTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, index) => Math.max(...texts.map((row) => (row[index] ?? "").length)));
  const isNumber = columns.map((_, index) => rows.some((row) => typeof row[index] === "number"));
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) => (isNumber[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  const [head = [], ...body] = texts;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function cellText(cell: Cell): string {
  if (cell === null) return "-";
  if (typeof cell === "string") return cell;
  const digits =
    Math.abs(cell) < 10 && !Number.isInteger(cell) ? 2 : Math.abs(cell) < 100 && !Number.isInteger(cell) ? 1 : 0;
  return cell.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
