import type { RecordBatch } from "./record-batch.ts";

/** Held for responses to come, bytes at the most, and for how long none may come. */
const freeBytesMax = 64 * 1024 * 1024;
const freeMsMax = 10_000;
/** Responses differ in length: an eighth more may be allocated, and three times as much be used. */
const roundedTo = 8;
const tooLarge = 3;

/**
 * The memory of fetch responses. What all batches of one were walked of is used for the next: V8 collects garbage at every
 * 64 MB of new Buffers, and the system clears every page of them.
 *
 * A batch that was walked has no bytes any more, so that whoever still holds it finds it empty and never full of another's
 * bytes; to move them all to another ArrayBuffer would be safer still, but V8 counts what is moved as new. A response of
 * which some batch is never walked is left to the garbage collector.
 */
export class ResponseMemory {
  /** Of responses that are in memory of this: bytes of their batches that nobody has walked yet, 0 before they are read. */
  readonly #left = new WeakMap<ArrayBufferLike, number>();
  #free: ArrayBuffer[] = [];
  #forgetting: NodeJS.Timeout | null = null;

  /** A Buffer for a response of so many bytes. What is in it is of no meaning. */
  allocate(length: number): Buffer {
    const found = this.#free.findIndex(({ byteLength }) => byteLength >= length && byteLength <= tooLarge * length);
    const [memory = newMemory(length)] = found < 0 ? [] : this.#free.splice(found, 1);
    this.#left.set(memory, 0);
    return Buffer.from(memory, 0, length);
  }

  /** A response was read: these batches of it, as far as they are in its own bytes, are to be walked. */
  expect(response: Buffer, batches: Iterable<RecordBatch>): void {
    if (!this.#left.has(response.buffer)) return;
    for (const batch of batches) if (batch.bytes.buffer === response.buffer) this.#add(batch, walkedBytes(batch));
  }

  /** A batch was walked to its end, or will never be: nobody reads its bytes any more. Once for each. */
  doneWith(batch: RecordBatch): void {
    const { buffer } = batch.bytes;
    const bytes = walkedBytes(batch);
    if (bytes === 0 || !this.#left.has(buffer)) return;
    const left = this.#add(batch, -bytes);
    Object.assign(batch, { bytes: noBytes, start: 0, end: 0, count: 0 });
    if (left > 0) return;
    this.#left.delete(buffer);
    this.#keep(buffer as ArrayBuffer);
  }

  /** Less than half of the batch's response is still to be walked: the batch holds more memory than what waits. */
  isMostlyWalked({ bytes }: RecordBatch): boolean {
    const left = this.#left.get(bytes.buffer);
    return left !== undefined && 2 * left < bytes.length;
  }

  #add({ bytes: { buffer } }: RecordBatch, bytes: number): number {
    const left = (this.#left.get(buffer) ?? 0) + bytes;
    this.#left.set(buffer, left);
    return left;
  }

  #keep(memory: ArrayBuffer): void {
    const held = this.#free.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (held + memory.byteLength > freeBytesMax) return;
    this.#free.push(memory);
    this.#forgetting ??= setTimeout(() => (this.#free = []), freeMsMax).unref();
    this.#forgetting.refresh();
  }
}

const noBytes = Buffer.alloc(0);

/** Nobody walks a batch without records. */
function walkedBytes({ count, start, end }: RecordBatch): number {
  return count === 0 ? 0 : end - start;
}

function newMemory(length: number): ArrayBuffer {
  const step = 2 ** Math.floor(Math.log2(length)) / roundedTo;
  return Buffer.allocUnsafeSlow(Math.ceil(length / step) * step).buffer;
}

/** That of this process: sockets, decoders and readers meet here. */
export const responseMemory: ResponseMemory = new ResponseMemory();
