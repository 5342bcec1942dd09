import { Wake, type Fetched, type Flow, type FlowControl, type Logger } from "@antedate/runtime";
import { createBackoff } from "./backoff.ts";
import type { FetchBudget } from "./fetch-budget.ts";
import { FetchQueue } from "./fetch-queue.ts";
import type { Backoff } from "./insert-block.ts";
import type { FlowMetrics } from "./sink-metrics.ts";

export interface QueuedFlowOptions {
  topic: string;
  partition: number;
  control: FlowControl;
  budget: FetchBudget;
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
  readonly #log: Logger;
  readonly #metrics: FlowMetrics;

  constructor({ topic, control, budget, log, metrics }: QueuedFlowOptions) {
    this.queue = new FetchQueue(topic, control, budget);
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Works until stopped; may throw what a stop interrupts. */
  protected abstract work(): Promise<void>;

  async run(): Promise<void> {
    this.#metrics.opened(() => this.queue.lag);
    try {
      await this.work();
    } catch (error) {
      if (!this.isStopped) throw error;
    } finally {
      this.#metrics.closed();
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

  /** Waits for ClickHouse to take the table's rows; false once the flow is to stop. */
  protected backoff(table: string): Backoff {
    return createBackoff({ wake: this.wake, isStopped: () => this.isStopped, log: this.#log, table });
  }
}
