import type PQueue from "p-queue";
import { retryForever, type FetchedRecord, type PartitionReader } from "@antedate/runtime";
import type { Store } from "./clickhouse-store.ts";
import { insertAtLeastOnce } from "./insert-block.ts";
import type { CommittedPosition } from "./log-position.ts";
import { QueuedFlow, type QueuedFlowOptions } from "./queued-flow.ts";
import { RowBinary } from "./row-binary.ts";

/** A table of raw records. */
export interface RawTable {
  table: string;
  columns: string[];
  /** Writes the row of a record; false for a record that the join rejects, which has none. */
  write(out: RowBinary, record: FetchedRecord, partition: number): boolean;
}

export interface RawFlowOptions extends QueuedFlowOptions {
  table: RawTable;
  store: Store;
  inserts: PQueue;
  reader: PartitionReader;
  /** What the group committed; null where nothing. */
  committed(signal: AbortSignal): Promise<CommittedPosition | null>;
}

const flushIntervalMs = 1_000;
const flushBytesMax = 8 * 1024 * 1024;

/** One partition of a raw topic into its ReplacingMergeTree: at least once, the offset committed after the insert. */
export class RawFlow extends QueuedFlow {
  readonly #options: RawFlowOptions;
  #rows = new RowBinary();
  #rowCount = 0;
  #nextOffset: number | null = null;
  #firstRowAt: number | null = null;

  constructor(options: RawFlowOptions) {
    super(options);
    this.#options = options;
  }

  protected async work(): Promise<void> {
    const offset = await this.#findOffset();
    if (offset === null) return;
    this.queue.start(offset);
    while (!this.isStopped) {
      this.#takeAll();
      const waitMs = this.#firstRowAt === null ? 60_000 : this.#firstRowAt + flushIntervalMs - performance.now();
      if (waitMs <= 0 || this.#rows.bytes.length >= flushBytesMax) await this.#flush();
      else await this.wake.wait(waitMs);
    }
  }

  /**
   * The offset the group committed; the topic's beginning where it is none of this topic, or where the table is empty: then
   * it was made anew. Null where the flow was stopped first.
   */
  async #findOffset(): Promise<number | null> {
    const { reader, committed, topic, partition, store, table, log } = this.#options;
    const { low, high } = await retryForever(() => reader.ends(topic, partition), {
      signal: this.signal,
      onWait: (_, code) => log.warn({ code }, `waiting for Kafka to read ${topic}`),
    });
    const known = await committed(this.signal);
    for (let attempt = 1; ; attempt++) {
      const isEmpty = await store.isEmpty(table.table, table.columns.includes("input_partition") ? partition : null);
      if (isEmpty !== null)
        return known && !isEmpty && known.offset >= low && known.offset <= high ? known.offset : low;
      if (!(await this.backoff(this.#options.table.table)(attempt))) return null;
    }
  }

  #takeAll(): void {
    const { table, partition } = this.#options;
    while (this.#rows.bytes.length < flushBytesMax) {
      const record = this.queue.take();
      if (record === null) return;
      if (table.write(this.#rows, record, partition)) this.#rowCount++;
      this.#nextOffset = record.offset + 1;
      this.#firstRowAt ??= performance.now();
    }
  }

  async #flush(): Promise<void> {
    const { control, topic, partition } = this.#options;
    if (this.#rowCount > 0 && !(await this.#insert())) return;
    control.commit([{ topic, partition, offset: this.#nextOffset as number }]);
    this.#rows = new RowBinary();
    this.#rowCount = 0;
    this.#firstRowAt = null;
  }

  /** False where the flow was stopped first. */
  async #insert(): Promise<boolean> {
    const { table: raw, inserts, store, metrics } = this.#options;
    const { table, columns } = raw;
    const block = { table, columns, body: this.#rows.bytes, rowCount: this.#rowCount };
    const isStored = await inserts.add(() => insertAtLeastOnce(store, block, this.backoff(table)));
    if (isStored) metrics.stored(table, block.rowCount);
    return isStored;
  }
}
