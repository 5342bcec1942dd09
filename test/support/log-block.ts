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
