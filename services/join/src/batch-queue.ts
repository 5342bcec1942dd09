import { RecordCursor, responseMemory, toRecordBatch, type RecordBatch } from "@antedate/runtime";

/** Walked batches are cut off the queue at every so many. */
const walkedMax = 256;

const walked = { batch: toRecordBatch([]), from: 0 };

/** Batches of one input that wait, walked record by record. The record at the head is looked at before it is passed. */
export class BatchQueue {
  /** At the head's record where `hasRecord`. */
  readonly cursor: RecordCursor = new RecordCursor();
  hasRecord = false;
  /** Bytes of the batches that are not walked to their end. */
  bytes = 0;
  readonly #batches: { batch: RecordBatch; from: number }[] = [];
  /** Index of the batch that the cursor walks; that of the next one where it walks none. */
  #head = 0;
  #isOpen = false;

  /** Queues the records of a batch from an offset on. */
  push(batch: RecordBatch, from: number): void {
    if (batch.count === 0 || batch.lastOffset < from) return responseMemory.doneWith(batch);
    this.#batches.push({ batch, from });
    this.bytes += batch.end - batch.start;
    if (!this.hasRecord) this.pass();
  }

  /** Lets go of fetch responses of which little waits. */
  keepOwnBytes(): void {
    // What the cursor walks stays where it is.
    for (let index = this.#head + 1; index < this.#batches.length; index++) {
      const waiting = this.#batches[index] as { batch: RecordBatch; from: number };
      const { batch } = waiting;
      if (!responseMemory.isMostlyWalked(batch)) continue;
      waiting.batch = withOwnBytes(batch);
      responseMemory.doneWith(batch);
    }
  }

  /** Nothing of it will be walked any more. */
  drop(): void {
    for (const { batch } of this.#batches.slice(this.#head)) responseMemory.doneWith(batch);
    this.#batches.length = 0;
  }

  /** Goes on behind so many records of so many bytes, from the head on, of the head's batch. */
  passAll(count: number, bytes: number): void {
    this.cursor.pass(count, bytes);
    this.pass();
  }

  /** Goes on to the next record. */
  pass(): void {
    this.hasRecord = false;
    for (let waiting = this.#batches[this.#head]; waiting !== undefined; waiting = this.#batches[this.#head]) {
      const { batch, from } = waiting;
      if (!this.#isOpen) this.cursor.open(batch);
      this.#isOpen = true;
      while (this.cursor.next()) {
        if (this.cursor.offset < from) continue;
        this.hasRecord = true;
        return;
      }
      this.#isOpen = false;
      this.bytes -= batch.end - batch.start;
      responseMemory.doneWith(batch);
      // What was walked is let go at once: an uncompressed batch holds its whole fetch response.
      this.#batches[this.#head++] = walked;
      if (this.#head === this.#batches.length || this.#head === walkedMax) {
        this.#batches.splice(0, this.#head);
        this.#head = 0;
      }
    }
    this.cursor.open(walked.batch);
  }
}

function withOwnBytes(batch: RecordBatch): RecordBatch {
  const { start, end } = batch;
  return { ...batch, bytes: Buffer.from(batch.bytes.subarray(start, end)), start: 0, end: end - start };
}
