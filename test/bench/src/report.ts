import { writeFileSync } from "node:fs";
import { machineLine, readMachine } from "./machine.ts";
import { renderTable, type Cell } from "./table.ts";

/** What a benchmark measured. */
export interface Report {
  title: string;
  columns: string[];
  rows: Cell[][];
  /** The same with nothing rounded, and what the table has no room for. */
  figures: unknown;
  notes?: string[];
}

/** Prints the report, and writes it as JSON where a file is named. */
export function publish(
  benchmark: string,
  { title, columns, rows, figures, notes = [] }: Report,
  out: string | null,
): void {
  const machine = readMachine();
  console.log(["", title, machineLine(machine), "", renderTable(columns, rows), "", ...notes].join("\n"));
  if (out === null) return;
  const at = new Date().toISOString();
  writeFileSync(out, `${JSON.stringify({ benchmark, at, machine, figures, notes }, null, 2)}\n`);
}
