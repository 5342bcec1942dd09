import { zeroCounters, type CommitBooks, type Counters } from "@antedate/schemas";
import type { Block } from "./clickhouse-store.ts";
import type { CommitPlace } from "./log-tables.ts";
import type { RowTotals } from "./log-position.ts";
import { RowBinary } from "./row-binary.ts";

const counterNames = Object.keys(zeroCounters()) as (keyof Counters)[];

/** The row of `books` for a COMMIT; `totals` are the rows in its log up to it. */
export function booksBlock(place: CommitPlace, books: CommitBooks, totals: RowTotals): Block {
  const out = new RowBinary(512);
  out.string(place.logId);
  out.uint32(place.partition);
  const { next_offsets: next, counters } = books;
  const numbers: Record<string, number> = {
    log_offset: place.offset,
    booked_at: place.appendTime,
    task_time: books.task_time,
    next_sends: next.sends,
    next_deliveries: next.deliveries,
    next_engagements: next.engagements,
    ...Object.fromEntries(counterNames.map((name) => [name, counters[name]])),
    parked: books.parked_count,
    engagement_rows: totals.engagements,
    message_rows: totals.messages,
  };
  for (const number of Object.values(numbers)) out.int64(number);
  return {
    table: "books",
    columns: ["log_id", "log_partition", ...Object.keys(numbers)],
    body: out.bytes,
    rowCount: 1,
  };
}
