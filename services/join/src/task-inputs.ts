import { inputs, type Input, type InputOffsets } from "@antedate/schemas";
import type { Fetched, FetchedRecord } from "@antedate/runtime";

interface Queue {
  records: FetchedRecord[];
  /** Index of the first record that was not taken. */
  head: number;
  bytes: number;
  /** Next offset to fetch: all below was queued, or is no record (a transaction's marker). */
  position: number;
  /** Offsets below it exist; above nothing is known. */
  knownEnd: number;
}

/** A queue above this stops being fetched until it is down to half. */
const queueBytesMax = 4 * 1024 * 1024;
const recordBytesMin = 200;

/**
 * The three inputs of a task between Kafka and the join, merged by append time as far as they are there: a record is
 * given out only when every other input has one to compare it with or is not known to have more.
 */
export class TaskInputs {
  readonly #queues: Record<Input, Queue>;

  constructor(from: InputOffsets, ends: InputOffsets) {
    const queue = (input: Input): Queue => ({
      records: [],
      head: 0,
      bytes: 0,
      position: from[input],
      knownEnd: ends[input],
    });
    this.#queues = { sends: queue("sends"), deliveries: queue("deliveries"), engagements: queue("engagements") };
  }

  position(input: Input): number {
    return this.#queues[input].position;
  }

  isFull(input: Input): boolean {
    return this.#queues[input].bytes > queueBytesMax;
  }

  hasRoom(input: Input): boolean {
    return this.#queues[input].bytes <= queueBytesMax / 2;
  }

  /** All that was fetched has been taken. */
  isEmpty(input: Input): boolean {
    const queue = this.#queues[input];
    return queue.head === queue.records.length;
  }

  /** By offsets: how many records are known to exist and were not taken. */
  get lag(): Record<Input, number> {
    const of = ({ records, head, position, knownEnd }: Queue): number =>
      Math.max(0, knownEnd - (records[head]?.offset ?? position));
    const { sends, deliveries, engagements } = this.#queues;
    return { sends: of(sends), deliveries: of(deliveries), engagements: of(engagements) };
  }

  /** Queues fetched records; those below the position were queued before and are passed over. */
  push(input: Input, fetched: Fetched): void {
    const queue = this.#queues[input];
    for (const record of fetched.records) {
      if (record.offset < queue.position) continue;
      queue.records.push(record);
      queue.bytes += sizeOf(record);
    }
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
      const queue = this.#queues[input];
      const record = queue.records[queue.head];
      const bound = below ? below[input] : Infinity;
      if (record === undefined) {
        if (queue.position < Math.min(queue.knownEnd, bound)) return null;
      } else if (record.offset < bound && record.appendTime < oldestTime) {
        oldest = input;
        oldestTime = record.appendTime;
      }
    }
    return oldest;
  }

  /** Takes the next record of an input that `next` named. */
  take(input: Input): FetchedRecord {
    const queue = this.#queues[input];
    const record = queue.records[queue.head++] as FetchedRecord;
    queue.bytes -= sizeOf(record);
    if (queue.head === queue.records.length || queue.head > 4096) {
      queue.records.splice(0, queue.head);
      queue.head = 0;
    }
    return record;
  }
}

function sizeOf(record: FetchedRecord): number {
  return recordBytesMin + (record.value?.length ?? 0);
}
