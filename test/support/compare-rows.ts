import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import type { EngagementRow, MessageRow } from "@antedate/schemas";
import { select } from "./local-servers.ts";

const times = ["occurred_at", "sent_at", "accepted_at", "first_attempt_at"];
const ofTheLog = ["decided_at", "log_id", "log_partition", "log_offset", "log_row"];

/** One line per row, columns sorted by name, without what only tells where and when the row was decided. */
export function toLine(row: EngagementRow | MessageRow, partition: number | null = null): string {
  const columns: Record<string, unknown> = { ...row };
  const hash = row.recipient_hash === null ? "0".repeat(32) : Buffer.from(row.recipient_hash).toString("hex");
  columns.recipient_hash = hash;
  if ("input_offset" in row) columns.input_offset = `${partition}/${row.input_offset}`;
  return lineOf(columns);
}

/** The facts of some pieces, or of an oracle, as such lines. */
export function linesOf(pieces: readonly { engagements: EngagementRow[]; messages: MessageRow[] }[]): string[] {
  return pieces.flatMap(({ engagements, messages }) => [...engagements, ...messages].map((row) => toLine(row)));
}

/** The rows of a fact table as such lines, all or those of one partition of the log. */
export async function storedLines(
  client: ClickHouseClient,
  table: "engagements" | "messages",
  partition: number | null = null,
): Promise<string[]> {
  const columns = await select<{ name: string }>(
    client,
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}'`,
  );
  const expressions = columns
    .map(({ name }) => name)
    .filter((name) => !ofTheLog.includes(name))
    .map((name) => {
      if (times.includes(name)) return `toUnixTimestamp64Milli(${name})::Nullable(Float64) AS ${name}`;
      if (name === "recipient_hash") return "lower(hex(recipient_hash)) AS recipient_hash";
      if (name === "delta_ms") return "delta_ms::Nullable(Float64) AS delta_ms";
      if (name === "input_offset")
        return "concat(toString(log_partition), '/', toString(input_offset)) AS input_offset";
      return name;
    });
  const where = partition === null ? "" : ` WHERE log_partition = ${partition}`;
  const query = `SELECT ${expressions.join(", ")} FROM ${table}${where}`;
  return (await select<Record<string, unknown>>(client, query)).map(lineOf);
}

/** What is missing, what is too much, counted with repeats; the first few of each as they are. */
export function differences(
  actual: string[],
  expected: string[],
): { missing: string[]; extra: string[]; count: number } {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1);
  const extra: string[] = [];
  for (const line of actual) {
    const left = counts.get(line) ?? 0;
    if (left === 0) extra.push(line);
    else counts.set(line, left - 1);
  }
  const missing = [...counts].flatMap(([line, left]) => Array<string>(left).fill(line));
  return { missing: missing.slice(0, 3), extra: extra.slice(0, 3), count: missing.length + extra.length };
}

function lineOf(columns: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1)));
}
