import type { Commit, EngagementRow, MessageRow, ParkedRow } from "@antedate/schemas";
import type { Block, LogBlock } from "./clickhouse-store.ts";
import { engagementsTable, messagesTable, parkedTable, type LogPlace, type Placed } from "./tables.ts";
import { encodeRows, type TableWriter } from "./table-writer.ts";

/** The rows of a log partition since its last cut. Pure: the same commits give the same bytes, whoever reads them. */
export class LogRows {
  readonly #engagements: Placed<EngagementRow>[] = [];
  readonly #messages: Placed<MessageRow>[] = [];
  readonly #parked: Placed<ParkedRow>[] = [];

  get count(): number {
    return this.#engagements.length + this.#messages.length + this.#parked.length;
  }

  add(commit: Commit, place: Omit<LogPlace, "log_row">): void {
    for (const [log_row, row] of commit.engagements.entries()) this.#engagements.push({ ...row, ...place, log_row });
    for (const [log_row, row] of commit.messages.entries()) this.#messages.push({ ...row, ...place, log_row });
    for (const [log_row, row] of commit.parked.entries()) this.#parked.push({ ...row, ...place, log_row });
  }

  /** One block for each fact table and month, months in order. */
  factBlocks(): Record<"engagements" | "messages", LogBlock[]> {
    return {
      engagements: blocksOf(engagementsTable, this.#engagements),
      messages: blocksOf(messagesTable, this.#messages),
    };
  }

  parkedBlock(): Block | null {
    return this.#parked.length === 0 ? null : toBlock(parkedTable, this.#parked);
  }
}

function blocksOf<Row extends LogPlace>(writer: TableWriter<Row>, rows: readonly Row[]): LogBlock[] {
  const byMonth = new Map<string, Row[]>();
  for (const row of rows) {
    const month = `${new Date(row.decided_at).toISOString().slice(0, 7)}-01`;
    const sameMonth = byMonth.get(month);
    if (sameMonth) sameMonth.push(row);
    else byMonth.set(month, [row]);
  }
  return [...byMonth].map(([month, sameMonth]) => {
    const [first, last] = [sameMonth[0] as Row, sameMonth.at(-1) as Row];
    return {
      ...toBlock(writer, sameMonth),
      logId: first.log_id,
      partition: first.log_partition,
      firstOffset: first.log_offset,
      lastOffset: last.log_offset,
      month,
    };
  });
}

function toBlock<Row>(writer: TableWriter<Row>, rows: readonly Row[]): Block {
  const columns = writer.columns.map(({ name }) => name);
  return { table: writer.table, columns, body: encodeRows(writer, rows), rowCount: rows.length };
}
