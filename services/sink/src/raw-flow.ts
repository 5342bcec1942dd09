import type PQueue from "p-queue";
import { Wake, type Fetched, type FetchedRecord, type Flow, type FlowControl, type Logger } from "@antedate/runtime";
import { createBackoff } from "./backoff.ts";
import type { Store } from "./clickhouse-store.ts";
import { FetchQueue } from "./fetch-queue.ts";
import { insertAtLeastOnce } from "./insert-block.ts";
import { RowBinary } from "./row-binary.ts";

/** A table of raw records. */
export interface RawTable {
  table: string;
  columns: string[];
  /** Writes the row of a record; nothing for a record that the join rejects. */
  write(out: RowBinary, record: FetchedRecord, partition: number): void;
}

export interface RawFlowOptions {
  topic: string;
  partition: number;
  table: RawTable;
  control: FlowControl;
  store: Store;
  inserts: PQueue;
  /** The offset the group committed, or the topic's beginning. */
  findOffset(): Promise<number>;
  log: Logger;
}

const flushIntervalMs = 1_000;
const flushBytesMax = 8 * 1024 * 1024;

/** One partition of a raw topic into its ReplacingMergeTree: at least once, the offset committed after the insert. */
export class RawFlow implements Flow {
  readonly #options: RawFlowOptions;
  readonly #wake = new Wake();
  readonly #queue: FetchQueue;
  #rows = new RowBinary();
  #nextOffset: number | null = null;
  #firstRowAt: number | null = null;
  #isStopped = false;

  constructor(options: RawFlowOptions) {
    this.#options = options;
    this.#queue = new FetchQueue(options.topic, options.control);
  }

  position(): number | null {
    return this.#queue.position;
  }

  receive(_: string, fetched: Fetched): boolean {
    const isNext = this.#queue.push(fetched);
    this.#wake.call();
    return isNext;
  }

  passOver(_: string, offset: number): void {
    this.#queue.passOver(offset);
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake.call();
  }

  async run(): Promise<void> {
    const offset = await this.#options.findOffset();
    if (this.#isStopped) return;
    this.#queue.start(offset);
    while (!this.#isStopped) {
      this.#takeAll();
      const waitMs = this.#firstRowAt === null ? 60_000 : this.#firstRowAt + flushIntervalMs - Date.now();
      if (waitMs <= 0 || this.#rows.bytes.length >= flushBytesMax) await this.#flush();
      else await this.#wake.wait(waitMs);
    }
  }

  #takeAll(): void {
    const { table, partition } = this.#options;
    while (this.#rows.bytes.length < flushBytesMax) {
      const record = this.#queue.take();
      if (record === null) return;
      table.write(this.#rows, record, partition);
      this.#nextOffset = record.offset + 1;
      this.#firstRowAt ??= Date.now();
    }
  }

  async #flush(): Promise<void> {
    const { table, inserts, store, control, topic, partition, log } = this.#options;
    const block = { table: table.table, columns: table.columns, body: this.#rows.bytes };
    const backoff = createBackoff({ wake: this.#wake, isStopped: () => this.#isStopped, log, table: table.table });
    if (block.body.length > 0 && !(await inserts.add(() => insertAtLeastOnce(store, block, backoff)))) return;
    control.commit([{ topic, partition, offset: this.#nextOffset as number }]);
    this.#rows = new RowBinary();
    this.#firstRowAt = null;
  }
}
