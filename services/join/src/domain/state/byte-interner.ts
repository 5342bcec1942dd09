import { assert } from "../assert.ts";
import { copyBytes, dataOf, equalBytes } from "./byte-writer.ts";

/** Numbers for runs of bytes that repeat: 0, 1, 2 … in the order of their first coming. Nothing is ever taken out. */
export class ByteInterner {
  #data = dataOf(new Uint8Array(1024));
  #used = 0;
  /** Where each run ends; it starts where the one before it ends. */
  #ends = new Int32Array(64);
  #count = 0;
  /** Open addressing: number + 1, 0 where empty. */
  #slots = new Int32Array(128);
  /** The last number of each column: a column's values come in runs. */
  readonly #last = new Int32Array(8).fill(-1);

  /** An interner of these runs, as `usedBytes` and `ends` gave them. */
  static of(data: DataView, ends: Int32Array): ByteInterner {
    const interner = new ByteInterner();
    let start = 0;
    for (const end of ends) {
      interner.intern(0, data, start, end);
      start = end;
    }
    return interner;
  }

  /** All runs, one after the other; good until the next is added, as `ends` is. */
  get usedBytes(): Uint8Array {
    return new Uint8Array(this.#data.buffer, this.#data.byteOffset, this.#used);
  }

  get ends(): Int32Array {
    return this.#ends.subarray(0, this.#count);
  }

  /** Bytes held, for what memory is spent on. */
  get size(): number {
    return this.#data.byteLength + 4 * (this.#ends.length + this.#slots.length);
  }

  /** The bytes that `start` and `end` point into; changes as it grows. */
  get data(): DataView {
    return this.#data;
  }

  start(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] as number);
  }

  end(number: number): number {
    return this.#ends[number] as number;
  }

  /** `column` is below 8. */
  intern(column: number, from: DataView, start: number, end: number): number {
    const last = this.#last[column] as number;
    if (last >= 0 && this.#equals(last, from, start, end)) return last;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashOf(from, start, end) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1;
      if (number < 0) break;
      if (this.#equals(number, from, start, end)) {
        this.#last[column] = number;
        return number;
      }
    }
    const number = this.#add(from, start, end);
    slots[slot] = number + 1;
    if (2 * this.#count > slots.length) this.#rehash();
    this.#last[column] = number;
    return number;
  }

  #equals(number: number, from: DataView, start: number, end: number): boolean {
    const ends = this.#ends;
    const own = number === 0 ? 0 : (ends[number - 1] as number);
    const length = end - start;
    return (ends[number] as number) - own === length && equalBytes(this.#data, own, from, start, length);
  }

  #add(from: DataView, start: number, end: number): number {
    const length = end - start;
    assert(this.#used + length < 2 ** 31, "what repeats among messages takes more than 2 GiB in one slab");
    if (this.#used + length > this.#data.byteLength) {
      const grown = dataOf(new Uint8Array(Math.max(this.#used + length, 2 * this.#data.byteLength)));
      copyBytes(this.#data, 0, this.#used, grown, 0);
      this.#data = grown;
    }
    copyBytes(from, start, end, this.#data, this.#used);
    this.#used += length;
    if (this.#count === this.#ends.length) {
      const grown = new Int32Array(2 * this.#ends.length);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.#count] = this.#used;
    return this.#count++;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashOf(this.#data, this.start(number), this.end(number)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function hashOf(data: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ data.getInt32(at, true), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ data.getUint8(at), 0x0100_0193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b_3c6d) >>> 7;
}
