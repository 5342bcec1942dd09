import { retryForever, type PartitionReader } from "@antedate/runtime";
import { insertAtLeastOnce } from "./insert-block.ts";
import type { CommittedPosition } from "./log-position.ts";
import { QueuedFlow, type QueuedFlowOptions } from "./queued-flow.ts";
import { RawRows } from "./raw-rows.ts";
import type { RawTable } from "./raw-tables.ts";

export interface RawFlowOptions extends QueuedFlowOptions {
  table: RawTable;
  reader: PartitionReader;
  /** What the group committed; null where nothing. */
  committed(signal: AbortSignal): Promise<CommittedPosition | null>;
}

const flushIntervalMs = 1_000;
const flushBytesMax = 8 * 1024 * 1024;

/** One partition of a raw topic into its ReplacingMergeTree: at least once, the offset committed after the insert. */
export class RawFlow extends QueuedFlow {
  readonly #options: RawFlowOptions;
  #rows: RawRows;
  #nextOffset: number | null = null;
  #firstRowAt: number | null = null;

  constructor(options: RawFlowOptions) {
    super(options);
    this.#options = options;
    this.#rows = new RawRows(options.table, options.partition);
  }

  protected async work(): Promise<void> {
    const offset = await this.#findOffset();
    if (offset === null) return;
    this.queue.start(offset);
    while (!this.isStopped) {
      this.#takeAll();
      const waitMs = this.#firstRowAt === null ? 60_000 : this.#firstRowAt + flushIntervalMs - performance.now();
      if (waitMs <= 0 || this.#rows.length >= flushBytesMax) await this.#flush();
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
    const { cursor } = this.queue;
    while (this.#rows.length < flushBytesMax && this.queue.next()) {
      this.#rows.add(cursor);
      this.#nextOffset = cursor.offset + 1;
      this.#firstRowAt ??= performance.now();
    }
    this.queue.holdRows(this.#rows.bytes);
  }

  async #flush(): Promise<void> {
    const { control, topic, partition, table } = this.#options;
    if (this.#rows.rowCount > 0 && !(await this.#insert())) return;
    control.commit([{ topic, partition, offset: this.#nextOffset as number }]);
    // Room for as much again, so that few blocks have to be moved as they grow.
    this.#rows = new RawRows(table, partition, Math.ceil(1.1 * this.#rows.length));
    this.#firstRowAt = null;
    this.queue.releaseRows();
  }

  /** False where the flow was stopped first. */
  async #insert(): Promise<boolean> {
    const { store } = this.#options;
    const block = this.#rows.block();
    const backoff = this.backoff(block.table);
    const refused = await this.storeRows(block, (reject) =>
      insertAtLeastOnce(store, block, backoff, block.table === "rejects" ? null : reject),
    );
    return refused !== null;
  }
}
