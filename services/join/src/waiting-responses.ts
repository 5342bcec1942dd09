import type { RecordBatch } from "@antedate/runtime";

type Fetched = Pick<RecordBatch, "bytes" | "start" | "end">;

/** How much of each fetch response waits still, over all tasks of a process: a response's batches are many partitions'. */
export class WaitingResponses {
  readonly #waiting = new WeakMap<ArrayBufferLike, number>();

  add({ bytes, start, end }: Fetched): void {
    this.#waiting.set(bytes.buffer, this.#waitingOf(bytes) + end - start);
  }

  remove({ bytes, start, end }: Fetched): void {
    this.#waiting.set(bytes.buffer, this.#waitingOf(bytes) - (end - start));
  }

  /** Less than half of the batch's response waits: the batch holds more memory than what waits. */
  isMostlyWalked({ bytes }: Fetched): boolean {
    return 2 * this.#waitingOf(bytes) < bytes.length;
  }

  #waitingOf({ buffer }: Buffer): number {
    return this.#waiting.get(buffer) ?? 0;
  }
}
