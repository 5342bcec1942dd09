import type { EachBatchPayload } from "kafkajs";
import type { RecordBatch } from "./record-batch.ts";
import { Wake } from "./wake.ts";

export interface BatchPreparationOptions {
  /** May take as long as a server is away. Reads the batches before it returns. */
  prepare?(batches: readonly RecordBatch[]): Promise<void>;
  heartbeatMs: number;
}

/**
 * What is waited for before a member's batches are handed over. kafkajs sends no heartbeat while it waits for a batch to be
 * taken, so they are sent from here.
 */
export class BatchPreparation {
  readonly #options: BatchPreparationOptions;
  #pending = 0;

  constructor(options: BatchPreparationOptions) {
    this.#options = options;
  }

  get isPending(): boolean {
    return this.#pending > 0;
  }

  /**
   * True once the batches may be handed over, false where the consumer ended first: its group is not to wait for what may
   * never come. A heartbeat that fails is thrown on to kafkajs, which joins or tries again as for its own, and fetches
   * anew what was not resolved.
   */
  async of(
    batches: readonly RecordBatch[],
    { heartbeat, isRunning }: Pick<EachBatchPayload, "heartbeat" | "isRunning">,
  ): Promise<boolean> {
    const { prepare, heartbeatMs } = this.#options;
    const prepared = prepare?.(batches);
    if (prepared === undefined) return true;
    const settled = new Wake();
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      settled.call();
    };
    // Heard once and not at each turn, as it may take days; heard of a failure too, when nobody waits any more.
    void prepared.then(settle, settle);
    this.#pending++;
    try {
      while (!isSettled && isRunning()) {
        await settled.wait(heartbeatMs);
        if (!isSettled) await heartbeat();
      }
      if (isSettled) await prepared;
      return isSettled;
    } finally {
      this.#pending--;
    }
  }
}
