import type { Consumer } from "kafkajs";
import { errorCode } from "./errors.ts";
import type { Logger } from "./logger.ts";

export interface GroupOffset {
  topic: string;
  partition: number;
  /** The next offset to read. */
  offset: number;
  metadata?: string;
}

const commitEveryMs = 500;

/**
 * Commits offsets to the consumer group, the newest of each partition twice a second. Neither service trusts them alone,
 * so a failed commit is only logged; the next one says more.
 */
export class GroupOffsets {
  readonly #consumer: Consumer;
  readonly #log: Logger;
  #changed = new Map<string, GroupOffset>();
  #timer: NodeJS.Timeout | null = null;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(consumer: Consumer, log: Logger) {
    this.#consumer = consumer;
    this.#log = log;
  }

  add(offsets: GroupOffset[]): void {
    for (const offset of offsets) this.#changed.set(`${offset.topic}/${offset.partition}`, offset);
    this.#timer ??= setTimeout(() => void this.flush(), commitEveryMs);
  }

  /** A late commit for a partition that moved would rewind its new owner's (kafkajs issue 1046). */
  forget(topic: string, partition: number): void {
    this.#changed.delete(`${topic}/${partition}`);
  }

  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const before = this.#inFlight;
    this.#inFlight = before.then(() => this.#commit());
    await this.#inFlight;
  }

  async #commit(): Promise<void> {
    const offsets = [...this.#changed.values()].map(({ offset, ...rest }) => ({ ...rest, offset: String(offset) }));
    this.#changed = new Map();
    if (offsets.length === 0) return;
    try {
      await this.#consumer.commitOffsets(offsets);
    } catch (error) {
      this.#log.debug({ code: errorCode(error) }, "group offsets not committed");
    }
  }
}
