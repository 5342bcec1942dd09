import type { RecordCursor } from "@antedate/runtime";
import type { Block } from "./clickhouse-store.ts";
import type { RawTable } from "./raw-tables.ts";
import { RowBinary } from "./row-binary.ts";

const bytesMin = 16 * 1024;

/** Rows of a raw partition since the last flush, as they will be inserted. */
export class RawRows {
  readonly #table: RawTable;
  readonly #partition: number;
  readonly #out: RowBinary;
  rowCount = 0;

  /** Begins with room for `bytes`. */
  constructor(table: RawTable, partition: number, bytes = 0) {
    this.#table = table;
    this.#partition = partition;
    this.#out = new RowBinary(Math.max(bytesMin, bytes));
  }

  get length(): number {
    return this.#out.length;
  }

  /** What they take in memory, room for more included. */
  get bytes(): number {
    return this.#out.buffer.length;
  }

  /** Adds the row of the record at the cursor, where it has one. */
  add(record: RecordCursor): void {
    if (this.#table.write(this.#out, record, this.#partition)) this.rowCount++;
  }

  block(): Block {
    const { table, columns } = this.#table;
    return { table, columns, body: this.#out.bytes, rowCount: this.rowCount };
  }
}
