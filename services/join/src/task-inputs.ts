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

  /** Lets go of the fetch responses of which little waits. */
  keepOwnBytes(): void {
    for (const input of inputs) this.#queues[input].waiting.keepOwnBytes();
  }

  /** Ends: what waits is never taken. */
  drop(): void {
    for (const input of inputs) this.#queues[input].waiting.drop();
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
    // Spelt out, as this is asked for every record.
    const { sends, deliveries, engagements } = this.#queues;
    const send = nextTime(sends, below?.sends ?? Infinity);
    const delivery = nextTime(deliveries, below?.deliveries ?? Infinity);
    const engagement = nextTime(engagements, below?.engagements ?? Infinity);
    if (send === notFetched || delivery === notFetched || engagement === notFetched) return null;
    if (send <= delivery && send <= engagement) return send === Infinity ? null : "sends";
    return delivery <= engagement ? "deliveries" : "engagements";
  }

  /**
   * Append time up to which the records of the input that `next` named come before those of the others, as long as none is
   * fetched. Below 2^53.
   */
  latestOf(input: Input): number {
    const { sends, deliveries, engagements } = this.#queues;
    const send = input === "sends" ? Infinity : nextTime(sends, Infinity);
    const delivery = input === "deliveries" ? Infinity : nextTime(deliveries, Infinity);
    const engagement = input === "engagements" ? Infinity : nextTime(engagements, Infinity);
    // Of equal times the other's comes first where it is before this one in the order of the inputs.
    const latest =
      input === "sends"
        ? Math.min(delivery, engagement)
        : input === "deliveries"
          ? Math.min(send - 1, engagement)
          : Math.min(send, delivery) - 1;
    return Math.min(latest, Number.MAX_SAFE_INTEGER);
  }

  /** At the next record of an input that `next` named; good until it is passed. */
  head(input: Input): RecordCursor {
    return this.#queueOf(input).waiting.cursor;
  }

  pass(input: Input): void {
    this.#queueOf(input).waiting.pass();
  }

  /** Passes so many records of so many bytes, which stand together in the batch of the input's head. */
  passAll(input: Input, count: number, bytes: number): void {
    this.#queueOf(input).waiting.passAll(count, bytes);
  }

  #queueOf(input: Input): Queue {
    const queues = this.#queues;
    return input === "sends" ? queues.sends : input === "deliveries" ? queues.deliveries : queues.engagements;
  }
}

/** Append time of an input whose next record exists and is not here. */
const notFetched = -Infinity;

/** Append time of the queue's next record below `bound`; Infinity where there is none. */
function nextTime({ waiting, position, knownEnd }: Queue, bound: number): number {
  if (!waiting.hasRecord) return position < Math.min(knownEnd, bound) ? notFetched : Infinity;
  return waiting.cursor.offset < bound ? waiting.cursor.appendTime : Infinity;
}
