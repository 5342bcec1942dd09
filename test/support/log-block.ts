import { encodeCommit } from "@antedate/schemas";
import { LogRows } from "@antedate/sink";
import { commitBodyStart } from "./commit-generators.ts";
import { commitRecord, engagementRow } from "./log-records.ts";
import type { LogBlock } from "../../services/sink/src/clickhouse-store.ts";

/** A block of five rows from offsets 10 to 12 of a log. */
export const logBlock: LogBlock = {
  table: "engagements",
  columns: ["a"],
  body: Buffer.alloc(0),
  logId: "log",
  partition: 3,
  firstOffset: 10,
  lastOffset: 12,
  month: "2026-11-01",
  rowCount: 5,
};

/** The block of engagement that COMMITs of so many rows each make, from offset 10 on; the n-th has input offset n. */
export function engagementBlock(...rowCounts: number[]): LogBlock {
  const rows = new LogRows();
  let input_offset = 0;
  for (const [index, count] of rowCounts.entries()) {
    const engagements = Array.from({ length: count }, () => engagementRow({ input_offset: input_offset++ }));
    const value = encodeCommit(commitRecord({ engagements }));
    rows.add(value, commitBodyStart, { appendTime: decidedAt, logId: "log", partition: 3, offset: 10 + index });
  }
  return rows.take().engagements[0] as LogBlock;
}

const decidedAt = Date.UTC(2026, 10, 24);
