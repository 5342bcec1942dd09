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
  /** Writes the row of a record; nothing for a record that the join rejects. */
  write(out: RowBinary, record: FetchedRecord, partition: number): void;
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
      table.write(this.#rows, record, partition);
      this.#nextOffset = record.offset + 1;
      this.#firstRowAt ??= performance.now();
    }
  }

  async #flush(): Promise<void> {
    const { table, inserts, store, control, topic, partition } = this.#options;
    const block = { table: table.table, columns: table.columns, body: this.#rows.bytes };
    if (
      block.body.length > 0 &&
      !(await inserts.add(() => insertAtLeastOnce(store, block, this.backoff(this.#options.table.table))))
    )
      return;
    control.commit([{ topic, partition, offset: this.#nextOffset as number }]);
    this.#rows = new RowBinary();
    this.#firstRowAt = null;
  }
}
