import { TornBatchError, type RecordBatch } from "./record-batch.ts";

/**
 * Walks the records of batches without making objects. A fetch gives batches whole: records below the offset that was
 * asked for come too and are passed over by who walks, by their `offset`.
 */
export class RecordCursor {
  offset = 0;
  /** Epoch milliseconds: the append time where the topic has LogAppendTime, else the producer's time. */
  appendTime = 0;
  keyStart = 0;
  /** −1 where the key is null; the value's likewise. */
  keyLength = -1;
  valueStart = 0;
  valueLength = -1;
  /** Where the record begins, its length included. */
  recordStart = 0;
  /** What the starts point into. */
  bytes: Buffer = none.bytes;

  #batch: RecordBatch = none;
  #at = 0;
  #left = 0;
  #isDense = false;

  get batch(): RecordBatch {
    return this.#batch;
  }

  get recordEnd(): number {
    return this.#at;
  }

  /** No record of the batch is missing: offsets are told by places, whatever the records say. */
  get isDense(): boolean {
    return this.#isDense;
  }

  /** How many records are behind the one that it is at. */
  get left(): number {
    return this.#left;
  }

  /** Somebody else walked `count` records of so many bytes, the first of them the one that it is at: `next` goes on behind them. */
  pass(count: number, bytes: number): void {
    this.#at = this.recordStart + bytes;
    this.#left -= count - 1;
  }

  open(batch: RecordBatch): void {
    this.#batch = batch;
    this.bytes = batch.bytes;
    this.#at = batch.start;
    this.#left = batch.count;
    this.#isDense = batch.count === batch.lastOffset - batch.baseOffset + 1;
  }

  /** Goes to the next record; false where there is none. Throws `TornBatchError`. */
  next(): boolean {
    const batch = this.#batch;
    if (batch.unreadable !== null) return this.#nextUnreadable(batch);
    if (this.#left === 0) {
      if (this.#at !== batch.end) throw new TornBatchError(batch);
      return false;
    }
    this.#left--;
    this.recordStart = this.#at;
    const length = this.#int();
    const end = this.#at + length;
    if (length < 0 || end > batch.end) throw new TornBatchError(batch);
    // The record's own attributes have no meaning yet.
    this.#at++;
    const timeDelta = this.#long();
    this.appendTime = batch.isLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp + timeDelta;
    const offsetDelta = this.#int();
    // Brokers do not check what producers write here, where they do not compress. Where no record is missing it is known.
    this.offset = batch.baseOffset + (this.#isDense ? batch.count - 1 - this.#left : offsetDelta);
    this.keyLength = this.#length();
    this.keyStart = this.#at;
    if (this.keyLength > 0) this.#at += this.keyLength;
    this.valueLength = this.#length();
    this.valueStart = this.#at;
    if (this.valueLength > 0) this.#at += this.valueLength;
    // Headers are between the value and the end.
    if (this.#at > end) throw new TornBatchError(batch);
    this.#at = end;
    return true;
  }

  /** Goes to the next offset, whose record is not known. */
  #nextUnreadable(batch: RecordBatch): boolean {
    if (this.#left === 0) return false;
    this.offset = batch.baseOffset + batch.count - this.#left--;
    this.appendTime = batch.maxTimestamp;
    this.keyStart = this.valueStart = 0;
    this.keyLength = this.valueLength = -1;
    return true;
  }

  /** Any negative length is null, as in Kafka's own clients. */
  #length(): number {
    const length = this.#int();
    return length < 0 ? -1 : length;
  }

  /** A zigzag number of 32 bits. */
  #int(): number {
    return this.#number(false);
  }

  /** A zigzag number of 64 bits. Exact up to 2^53. */
  #long(): number {
    return this.#number(true);
  }

  /** Bytes beyond the buffer's end are zeros: `next` sees that the end was passed. */
  #number(isLong: boolean): number {
    const bytes = this.bytes;
    let at = this.#at;
    let byte = bytes[at++] as number;
    let low = byte & 127;
    for (let shift = 7; byte > 127 && shift < 28; shift += 7) {
      byte = bytes[at++] as number;
      low |= (byte & 127) << shift;
    }
    if (byte > 127) {
      if (isLong) return this.#wideNumber(at, low);
      byte = bytes[at++] as number;
      if (byte > 127) throw new TornBatchError(this.#batch);
      // What is beyond 32 bits falls off, as with Kafka's brokers: what they took must not stop its readers.
      low |= byte << 28;
    }
    this.#at = at;
    return (low >>> 1) ^ -(low & 1);
  }

  /** The rest of a long behind its first 28 bits. */
  #wideNumber(from: number, low: number): number {
    let at = from;
    let high = 0;
    let scale = 1;
    for (let more = true; more; scale *= 128) {
      if (at - from === wideBytesMax) throw new TornBatchError(this.#batch);
      const byte = this.bytes[at++] as number;
      high += (byte & 127) * scale;
      more = byte > 127;
    }
    this.#at = at;
    const half = (low >>> 1) + high * 2 ** 27;
    return low & 1 ? -half - 1 : half;
  }
}

const wideBytesMax = 6;
const none: RecordBatch = {
  baseOffset: 0,
  lastOffset: -1,
  count: 0,
  isLogAppendTime: true,
  baseTimestamp: 0,
  maxTimestamp: 0,
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
  unreadable: null,
};
