import { formatCount, formatShare, plainSpaces } from "./number-format.ts";
import { terminalTable } from "./terminal-table.ts";

/** Messages opened or clicked at least once, by what is counted. */
export interface Rates {
  what: string;
  messages: number;
  raw: number;
  /** Without what is proven to be machines. */
  unproven: number;
  adjusted: number;
  /** By a person, in truth. */
  human: number;
}

/** Rates as every product counts them, as Antedate does, and as they are in truth, for a terminal. */
export function renderRatesTable(rows: readonly Rates[]): string {
  const heads = ["messages", "raw", "without proven machines", "after delivery only", "people, in truth"];
  const cell = (count: number, messages: number): string => `${formatCount(count)}  ${formatShare(count, messages)}`;
  const lines = rows.map(({ what, messages, raw, unproven, adjusted, human }) => [
    what,
    ...[raw, unproven, adjusted, human].map((count) => cell(count, messages)),
  ]);
  return `${plainSpaces(terminalTable(heads, lines))}\n`;
}
