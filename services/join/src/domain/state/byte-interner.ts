import { assert } from "../assert.ts";
import { copyBytes } from "./byte-writer.ts";

/** Numbers for runs of bytes that repeat: 0, 1, 2 … in the order of their first coming. Nothing is ever taken out. */
export class ByteInterner {
  #bytes = new Uint8Array(1024);
  #used = 0;
  /** Where each run ends; it starts where the one before it ends. */
  #ends = new Int32Array(64);
  #count = 0;
  /** Open addressing: number + 1, 0 where empty. */
  #slots = new Int32Array(128);
  /** The last number of each column: a column's values come in runs. */
  readonly #last = new Int32Array(8).fill(-1);

  /** An interner of these runs, as `usedBytes` and `ends` gave them. */
  static of(bytes: Uint8Array, ends: Int32Array): ByteInterner {
    const interner = new ByteInterner();
    let start = 0;
    for (const end of ends) {
      interner.intern(0, bytes, start, end);
      start = end;
    }
    return interner;
  }

  /** All runs, one after the other; good until the next is added, as `ends` is. */
  get usedBytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  get ends(): Int32Array {
    return this.#ends.subarray(0, this.#count);
  }

  /** Bytes held, for what memory is spent on. */
  get size(): number {
    return this.#bytes.length + 4 * (this.#ends.length + this.#slots.length);
  }

  /** The bytes that `start` and `end` point into; changes as it grows. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  start(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] as number);
  }

  end(number: number): number {
    return this.#ends[number] as number;
  }

  /** `column` is below 8. */
  intern(column: number, from: Uint8Array, start: number, end: number): number {
    const last = this.#last[column] as number;
    if (last >= 0 && this.#equals(last, from, start, end)) return last;
    const mask = this.#slots.length - 1;
    let slot = hashOf(from, start, end) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) break;
      if (this.#equals(number, from, start, end)) {
        this.#last[column] = number;
        return number;
      }
    }
    const number = this.#add(from, start, end);
    this.#slots[slot] = number + 1;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    this.#last[column] = number;
    return number;
  }

  #equals(number: number, from: Uint8Array, start: number, end: number): boolean {
    const own = this.start(number);
    if ((this.#ends[number] as number) - own !== end - start) return false;
    const bytes = this.#bytes;
    for (let index = start, at = own; index < end; index++, at++) if (bytes[at] !== from[index]) return false;
    return true;
  }

  #add(from: Uint8Array, start: number, end: number): number {
    const length = end - start;
    assert(this.#used + length < 2 ** 31, "what repeats among messages takes more than 2 GiB in one slab");
    if (this.#used + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#used + length, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    copyBytes(from, start, end, this.#bytes, this.#used);
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
      let slot = hashOf(this.#bytes, this.start(number), this.end(number)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 7;
}
