import type { Logger } from "@antedate/runtime";
import { defaultPartition } from "./default-partition.ts";

export const sampleEvery = 64;
const sayEveryMs = 60_000;

/**
 * Looks at one key in 64: one that Kafka's default partitioner would have put elsewhere was written by a producer with
 * another partitioner, and its message's other events are likely in another task (design §4.1). Says so once a minute.
 */
export class KeySampler {
  readonly #partitionCount: number;
  readonly #log: Logger;
  #seen = 0;
  #misplaced = 0;
  #saidAt = -Infinity;

  constructor(partitionCount: number, log: Logger) {
    this.#log = log;
    this.#partitionCount = partitionCount;
  }

  /** Counts a record; true for one whose key is to be seen. */
  isDue(): boolean {
    return this.#seen++ % sampleEvery === 0;
  }

  /** How many records have to be counted before one whose key is to be seen; 0 where it is the next. */
  get dueIn(): number {
    return (sampleEvery - (this.#seen % sampleEvery)) % sampleEvery;
  }

  /** Counts records of which at most the first is due. */
  count(records: number): void {
    this.#seen += records;
  }

  see(topic: string, partition: number, key: Buffer, now: number): void {
    const belongsIn = defaultPartition(key, this.#partitionCount);
    if (belongsIn === partition) return;
    this.#misplaced++;
    if (now - this.#saidAt < sayEveryMs) return;
    this.#saidAt = now;
    this.#log.warn(
      { topic, partition, belongsIn, misplaced: this.#misplaced, sampled: Math.ceil(this.#seen / sampleEvery) },
      "keys lie where the default partitioner does not put them: run `antedate doctor`",
    );
  }
}
