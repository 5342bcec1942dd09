import type { AvroCursor } from "@antedate/schemas";
import type { LogBlock } from "./clickhouse-store.ts";
import type { CommitPlace } from "./log-tables.ts";
import { RowBinary } from "./row-binary.ts";
import type { RowProgram, RowSuffix } from "./row-program.ts";

/** The rows of one table and month since the last cut. */
export class MonthRows {
  readonly #first: CommitPlace;
  readonly #out: RowBinary;
  #rowCount = 0;
  #lastOffset: number;
  /** What was there before the last COMMIT. */
  #before = { rowCount: 0, bytes: 0, lastOffset: -1 };

  constructor(first: CommitPlace, bytes: number) {
    this.#first = first;
    this.#lastOffset = first.offset;
    this.#out = new RowBinary(Math.max(bytes, bytesMin));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** What they take in memory, room for more included. */
  get bytes(): number {
    return this.#out.buffer.length;
  }

  /** Writes the next rows of the COMMIT at the given offset. */
  write(program: RowProgram, cursor: AvroCursor, rows: { count: number; suffix: RowSuffix; offset: number }): void {
    const { count, suffix, offset } = rows;
    if (offset !== this.#lastOffset) {
      this.#before = { rowCount: this.#rowCount, bytes: this.#out.length, lastOffset: this.#lastOffset };
      this.#lastOffset = offset;
    }
    program.run(cursor, count, this.#out, suffix, this.#rowCount - this.#before.rowCount);
    this.#rowCount += count;
  }

  /** Takes back what was written of the COMMIT at the given offset. */
  takeBack(offset: number): void {
    if (offset !== this.#lastOffset) return;
    this.#rowCount = this.#before.rowCount;
    this.#lastOffset = this.#before.lastOffset;
    this.#out.length = this.#before.bytes;
  }

  block(): Omit<LogBlock, "table" | "columns" | "month"> {
    return {
      body: this.#out.bytes,
      rowCount: this.#rowCount,
      logId: this.#first.logId,
      partition: this.#first.partition,
      firstOffset: this.#first.offset,
      lastOffset: this.#lastOffset,
    };
  }
}

const bytesMin = 16 * 1024;
