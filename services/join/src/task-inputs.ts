import { inputs, type Input, type InputOffsets } from "@antedate/schemas";
import type { Fetched, RecordCursor } from "@antedate/runtime";
import { BatchQueue } from "./batch-queue.ts";

interface Queue {
  waiting: BatchQueue;
  /** Next offset to fetch: all below was queued, or is no record (a transaction's marker). */
  position: number;
  /** Offsets below it exist; above nothing is known. */
  knownEnd: number;
}

/** A queue above this stops being fetched until it is down to half. */
const queueBytesMax = 4 * 1024 * 1024;

/**
 * The three inputs of a task between Kafka and the join, merged by append time as far as they are there: a record is
 * given out only when every other input has one to compare it with or is not known to have more.
 */
export class TaskInputs {
  readonly #queues: Record<Input, Queue>;

  constructor(from: InputOffsets, ends: InputOffsets) {
    const queue = (input: Input): Queue => ({
      waiting: new BatchQueue(),
      position: from[input],
      knownEnd: ends[input],
    });
    this.#queues = { sends: queue("sends"), deliveries: queue("deliveries"), engagements: queue("engagements") };
  }

  position(input: Input): number {
    return this.#queues[input].position;
  }

  isFull(input: Input): boolean {
    return this.#queues[input].waiting.bytes > queueBytesMax;
  }

  hasRoom(input: Input): boolean {
    return this.#queues[input].waiting.bytes <= queueBytesMax / 2;
  }

  /** All that was fetched has been taken. */
  isEmpty(input: Input): boolean {
    return !this.#queues[input].waiting.hasRecord;
  }

  /** By offsets: how many records are known to exist and were not taken. */
  get lag(): Record<Input, number> {
    const of = ({ waiting, position, knownEnd }: Queue): number =>
      Math.max(0, knownEnd - (waiting.hasRecord ? waiting.cursor.offset : position));
    const { sends, deliveries, engagements } = this.#queues;
    return { sends: of(sends), deliveries: of(deliveries), engagements: of(engagements) };
  }

  /** Queues what was fetched; records below the position were queued before and are passed over. */
  push(input: Input, fetched: Fetched): void {
    const queue = this.#queues[input];
    for (const batch of fetched.batches) queue.waiting.push(batch, queue.position);
    this.moveTo(input, fetched.nextOffset);
    this.learnEnd(input, fetched.highWatermark);
  }

  /** Everything below `offset` is here, or was no record. */
  moveTo(input: Input, offset: number): void {
    const queue = this.#queues[input];
    queue.position = Math.max(queue.position, offset);
  }

  learnEnd(input: Input, end: number): void {
    const queue = this.#queues[input];
    queue.knownEnd = Math.max(queue.knownEnd, end);
  }

  /**
   * The input with the oldest next record; equal times in the order send, delivery, engagement. Null where nothing can be
   * taken yet. With `below`, only offsets below it count: an input that reached it is left out.
   */
  next(below?: InputOffsets): Input | null {
    let oldest: Input | null = null;
    let oldestTime = Infinity;
    for (const input of inputs) {
      const { waiting, position, knownEnd } = this.#queues[input];
      const bound = below ? below[input] : Infinity;
      if (!waiting.hasRecord) {
        if (position < Math.min(knownEnd, bound)) return null;
      } else if (waiting.cursor.offset < bound && waiting.cursor.appendTime < oldestTime) {
        oldest = input;
        oldestTime = waiting.cursor.appendTime;
      }
    }
    return oldest;
  }

  /** At the next record of an input that `next` named; good until it is passed. */
  head(input: Input): RecordCursor {
    return this.#queues[input].waiting.cursor;
  }

  pass(input: Input): void {
    this.#queues[input].waiting.pass();
  }
}
