import { errorCode, type Logger, type PartitionReader } from "@antedate/runtime";
import type { Input, InputOffsets } from "@antedate/schemas";
import type { TaskRunner } from "./task-runner.ts";

const askEveryMs = 1_000;

export interface EndAskerOptions {
  reader: PartitionReader;
  topics: Record<Input, string>;
  partitionCount: number;
  runners: ReadonlyMap<number, TaskRunner>;
  log: Logger;
}

/**
 * Tells waiting tasks how far their inputs reach, so that an idle input does not hold task time back. The time a task may
 * take from it is that of its own append, acknowledged before the question was asked: what a producer appends
 * afterwards is not older.
 */
export class EndAsker {
  readonly #options: EndAskerOptions;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: EndAskerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#turn(), askEveryMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      // Time stands still for the tasks, which is safe; the next turn asks again.
      this.#options.log.debug({ code: errorCode(error) }, "end offsets not known");
    }
    if (!this.#stopped) this.start();
  }

  async #ask(): Promise<void> {
    const waiting = [...this.#options.runners].flatMap(([partition, runner]) => {
      const ackTime = unlessItFails(() => runner.timeToLearn);
      return ackTime === null ? [] : [{ partition, runner, ackTime }];
    });
    if (waiting.length === 0) return;
    const [sends, deliveries, engagements] = await Promise.all([
      this.#endsOf("sends"),
      this.#endsOf("deliveries"),
      this.#endsOf("engagements"),
    ]);
    for (const { partition, runner, ackTime } of waiting) {
      const [send, delivery, engagement] = [sends, deliveries, engagements].map((ends) => ends.get(partition));
      // A partition without a leader is not in the answer: nothing is known of it this time.
      if (send === undefined || delivery === undefined || engagement === undefined) continue;
      const known: InputOffsets = { sends: send, deliveries: delivery, engagements: engagement };
      if (this.#options.runners.get(partition) === runner) unlessItFails(() => runner.learnEnds(known, ackTime));
    }
  }

  async #endsOf(input: Input): Promise<Map<number, number>> {
    const { reader, topics, partitionCount } = this.#options;
    return await reader.highs(topics[input], partitionCount);
  }
}

/** A task that fails does so again in its own loop, which ends it; until then the others' time must go on. */
function unlessItFails<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
