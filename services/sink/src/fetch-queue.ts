import { RecordCursor, toRecordBatch, type Fetched, type FlowControl, type RecordBatch } from "@antedate/runtime";
import type { BudgetShare, FetchBudget } from "./fetch-budget.ts";

/** Walked batches are cut off the queue at every so many. */
const walkedMax = 256;

/**
 * What was fetched of one partition and waits to be stored, walked record by record without objects for them; tells
 * kafkajs to pause where the budget of all queues says so.
 */
export class FetchQueue {
  /** At the record that `next` went to. */
  readonly cursor: RecordCursor = new RecordCursor();
  readonly #topic: string;
  readonly #control: FlowControl;
  readonly #share: BudgetShare;
  readonly #batches: RecordBatch[] = [];
  /** Index of the batch that the cursor walks, or of the next one. */
  #head = 0;
  #isOpen = false;
  #bytes = 0;
  #position: number | null = null;
  /** All below it was taken. */
  #taken = 0;
  /** Offsets below it exist; above nothing is known. */
  #knownEnd = 0;

  constructor(topic: string, control: FlowControl, budget: FetchBudget) {
    this.#topic = topic;
    this.#control = control;
    this.#share = budget.open((mayFetch) => (mayFetch ? control.resume(topic) : control.pause(topic)));
  }

  get position(): number | null {
    return this.#position;
  }

  /** By offsets: how many records are known to exist and were not taken; null before the start. */
  get lag(): number | null {
    if (this.#position === null) return null;
    return Math.max(0, this.#knownEnd - (this.#batches.length === 0 ? this.#position : this.#taken));
  }

  start(offset: number): void {
    this.#position = offset;
    this.#taken = offset;
    this.#control.start(this.#topic, offset);
  }

  push(fetched: Fetched): boolean {
    if (this.#position === null || fetched.fetchedOffset !== this.#position) return false;
    for (const batch of fetched.batches) {
      if (batch.count === 0 || batch.lastOffset < this.#position) continue;
      this.#batches.push(withOwnBytes(batch));
      this.#bytes += bytesOf(batch);
    }
    this.passOver(fetched.nextOffset);
    this.#knownEnd = Math.max(this.#knownEnd, fetched.highWatermark);
    this.#reportQueue();
    return true;
  }

  passOver(offset: number): void {
    if (this.#position !== null) this.#position = Math.max(this.#position, offset);
  }

  /** Takes the next record; false where there is none by now. */
  next(): boolean {
    for (let batch = this.#batches[this.#head]; batch !== undefined; batch = this.#batches[this.#head]) {
      if (!this.#isOpen) this.cursor.open(batch);
      this.#isOpen = true;
      while (this.cursor.next()) {
        if (this.cursor.offset < this.#taken) continue;
        this.#taken = this.cursor.offset + 1;
        return true;
      }
      this.#passBatch(batch);
    }
    return false;
  }

  /** Rows that were made of what was taken hold so many bytes until they are released. */
  holdRows(bytes: number): void {
    this.#share.rows(bytes);
  }

  /** The rows are stored. */
  releaseRows(): void {
    this.#share.release();
  }

  /** Gives all back: the flow ends. */
  close(): void {
    this.#share.close();
  }

  #passBatch(batch: RecordBatch): void {
    this.#isOpen = false;
    this.#bytes -= bytesOf(batch);
    this.#batches[this.#head++] = walked;
    if (this.#head === this.#batches.length || this.#head === walkedMax) {
      this.#batches.splice(0, this.#head);
      this.#head = 0;
    }
    this.cursor.open(walked);
    this.#reportQueue();
  }

  #reportQueue(): void {
    this.#share.queue(this.#bytes, (this.#position ?? 0) < this.#knownEnd);
  }
}

const walked = toRecordBatch([]);

function bytesOf({ start, end }: RecordBatch): number {
  return end - start;
}

/** What waits must not hold the fetch response of all partitions of which it is a part. */
function withOwnBytes(batch: RecordBatch): RecordBatch {
  const { bytes, start, end } = batch;
  if (bytes.length <= 2 * (end - start)) return batch;
  return { ...batch, bytes: Buffer.from(bytes.subarray(start, end)), start: 0, end: end - start };
}
