import { walkCommit, type CommitEnds, type RowsName, type VisitRows } from "@antedate/schemas";
import type { Block, LogBlock } from "./clickhouse-store.ts";
import { logTables, placeSuffix, type CommitPlace, type LogTable } from "./log-tables.ts";
import { MonthRows } from "./month-rows.ts";
import type { RowSuffix } from "./row-program.ts";

export interface CutBlocks {
  /** One block for each month, in the order of their last rows. */
  engagements: LogBlock[];
  messages: LogBlock[];
  parked: Block | null;
}

/**
 * The rows of a log partition since its last cut, as they will be inserted. Pure: the same commits give the same bytes,
 * whoever reads them.
 */
export class LogRows {
  readonly #tables: Record<RowsName, TableRows> = {
    engagements: new TableRows(logTables.engagements),
    messages: new TableRows(logTables.messages),
    parked: new TableRows(logTables.parked),
  };

  get count(): number {
    return this.#all().reduce((count, table) => count + table.count, 0);
  }

  countOf(table: RowsName): number {
    return this.#tables[table].count;
  }

  /** What they take in memory. */
  get bytes(): number {
    return this.#all().reduce((bytes, table) => bytes + table.bytes, 0);
  }

  /** Adds the rows of a COMMIT whose body begins at `bodyStart`; null, with nothing added, where it is none. */
  add(value: Buffer, bodyStart: number, place: CommitPlace): CommitEnds | null {
    const suffix = placeSuffix(place);
    const month = monthOf(place.appendTime);
    const { engagements, messages, parked } = this.#tables;
    const writers = {
      engagements: engagements.writer(place, month, suffix),
      messages: messages.writer(place, month, suffix),
      // Parked rows go in at least once: nothing is asked of how their block is cut.
      parked: parked.writer(place, "", suffix),
    };
    const ends = walkChecked(value, bodyStart, writers);
    if (ends === null) for (const table of this.#all()) table.takeBack(place.offset);
    return ends;
  }

  /** Hands all rows out and begins anew. */
  take(): CutBlocks {
    const { engagements, messages, parked } = this.#tables;
    return { engagements: engagements.take(), messages: messages.take(), parked: parked.take()[0] ?? null };
  }

  #all(): TableRows[] {
    return Object.values(this.#tables);
  }
}

/** A number that its column cannot hold stops the sink, but not in bytes that are no COMMIT: those may say anything. */
function walkChecked(value: Buffer, bodyStart: number, writers: Record<RowsName, VisitRows>): CommitEnds | null {
  try {
    return walkCommit(value, bodyStart, writers);
  } catch (error) {
    if (walkCommit(value, bodyStart, {}) !== null) throw error;
    return null;
  }
}

class TableRows {
  readonly #table: LogTable;
  readonly #months = new Map<string, MonthRows>();
  /** Room that a block begins with: what the last one took and half as much, so that few have to be moved. */
  #bytesWanted = 0;

  constructor(table: LogTable) {
    this.#table = table;
  }

  get count(): number {
    let count = 0;
    for (const { rowCount } of this.#months.values()) count += rowCount;
    return count;
  }

  get bytes(): number {
    let bytes = 0;
    for (const rows of this.#months.values()) bytes += rows.bytes;
    return bytes;
  }

  writer(place: CommitPlace, month: string, suffix: RowSuffix): VisitRows {
    return (cursor, count) => {
      let rows = this.#months.get(month);
      if (!rows) this.#months.set(month, (rows = new MonthRows(place, this.#bytesWanted)));
      rows.write(this.#table.program, cursor, { count, suffix, offset: place.offset });
    };
  }

  takeBack(offset: number): void {
    for (const [month, rows] of this.#months) {
      rows.takeBack(offset);
      if (rows.rowCount === 0) this.#months.delete(month);
    }
  }

  /** The newest offset last: what is stored is told by it. Append times, and months with them, may go back. */
  take(): LogBlock[] {
    const { table, columns } = this.#table;
    const blocks = [...this.#months]
      .map(([month, rows]) => ({ table, columns, month, ...rows.block() }))
      .toSorted((one, other) => one.lastOffset - other.lastOffset);
    if (blocks.length > 0) this.#bytesWanted = Math.ceil(1.5 * Math.max(...blocks.map(({ body }) => body.length)));
    this.#months.clear();
    return blocks;
  }
}

/** First day of the month, the partition that ClickHouse puts the rows into. */
function monthOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 7)}-01`;
}
