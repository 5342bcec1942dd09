import { Wake, type Fetched, type Flow, type FlowControl, type Logger } from "@antedate/runtime";
import { createBackoff } from "./backoff.ts";
import type { FetchBudget } from "./fetch-budget.ts";
import { FetchQueue } from "./fetch-queue.ts";
import type { Block, Store } from "./clickhouse-store.ts";
import { insertAtLeastOnce, type Backoff, type RejectRow } from "./insert-block.ts";
import { refusedRow } from "./refused-row.ts";
import type { FlowMetrics } from "./sink-metrics.ts";

export interface QueuedFlowOptions {
  topic: string;
  partition: number;
  control: FlowControl;
  budget: FetchBudget;
  store: Store;
  /** Limits the inserts in flight over all flows. */
  inserts: InsertQueue;
  log: Logger;
  metrics: FlowMetrics;
}

/** Runs inserts, so many at a time over all flows. */
export interface InsertQueue {
  add<T>(insert: () => Promise<T>): Promise<T>;
}

/** A flow of one partition: fetched records queue up for `run`, which is woken by them and by a stop. */
export abstract class QueuedFlow implements Flow {
  protected readonly wake: Wake = new Wake();
  protected readonly queue: FetchQueue;
  readonly #abort = new AbortController();
  readonly #options: QueuedFlowOptions;

  constructor(options: QueuedFlowOptions) {
    this.queue = new FetchQueue(options.topic, options.control, options.budget);
    this.#options = options;
  }

  /** Works until stopped; may throw what a stop interrupts. */
  protected abstract work(): Promise<void>;

  async run(): Promise<void> {
    this.#options.metrics.opened(() => this.queue.lag);
    try {
      await this.work();
    } catch (error) {
      if (!this.isStopped) throw error;
    } finally {
      this.#options.metrics.closed();
      this.queue.close();
    }
  }

  protected get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Ends waits for Kafka at a stop. */
  protected get signal(): AbortSignal {
    return this.#abort.signal;
  }

  position(): number | null {
    return this.queue.position;
  }

  receive(_: string, fetched: Fetched): boolean {
    const isNext = this.queue.push(fetched);
    this.wake.call();
    return isNext;
  }

  passOver(_: string, offset: number): void {
    this.queue.passOver(offset);
  }

  /** What is in hand is finished or left: nothing is committed before it is stored, so either is safe. */
  stop(): void {
    this.#abort.abort();
    this.wake.call();
  }

  /**
   * Stores a block by `insert`, which is handed the way for rows that the table refuses: into `rejects`, with their
   * place. Gives how many went there; null where the flow was stopped first.
   */
  protected async storeRows(block: Block, insert: (reject: RejectRow) => Promise<boolean>): Promise<number | null> {
    const { store, inserts, metrics, log } = this.#options;
    let refused = 0;
    const reject: RejectRow = async (row) => {
      const rejected = refusedRow(row);
      // That the rejects themselves are refused is nothing that a row could be blamed for.
      if (!(await insertAtLeastOnce(store, rejected, this.backoff(rejected.table), null))) return false;
      metrics.refused(block.table);
      refused++;
      return true;
    };
    if (!(await inserts.add(() => insert(reject)))) return null;
    if (refused > 0) log.warn({ table: block.table, rows: refused }, "ClickHouse refuses rows, they are in rejects");
    metrics.stored(block.table, block.rowCount - refused);
    return refused;
  }

  /** Waits for ClickHouse to take the table's rows; false once the flow is to stop. */
  protected backoff(table: string): Backoff {
    return createBackoff({ wake: this.wake, isStopped: () => this.isStopped, log: this.#options.log, table });
  }
}
