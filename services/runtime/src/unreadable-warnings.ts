import type { Logger } from "./logger.ts";
import type { RecordBatch } from "./record-batch.ts";

const intervalMs = 60_000;

/** Says which batches cannot be read; of each partition one a minute, as a producer may write nothing else. */
export class UnreadableWarnings {
  readonly #log: Logger;
  readonly #now: () => number;
  /** When each partition was told of last. */
  readonly #toldAt = new Map<string, number>();

  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  tell(topic: string, partition: number, batches: readonly RecordBatch[]): void {
    const batch = batches.find(({ unreadable, count }) => unreadable !== null && count > 0);
    if (batch === undefined) return;
    const place = `${topic}/${partition}`;
    const now = this.#now();
    if (now - (this.#toldAt.get(place) ?? -Infinity) < intervalMs) return;
    this.#toldAt.set(place, now);
    const { baseOffset: offset, count: records, unreadable } = batch;
    this.#log.warn(
      { topic, partition, offset, records, unreadable },
      "a record batch cannot be decompressed, or only to more than 64 MiB: its records are passed over as undecodable",
    );
  }
}
