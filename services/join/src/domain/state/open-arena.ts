import { assert } from "../assert.ts";
import { copyBytes } from "./byte-writer.ts";

/** Words before a block's bytes: size in words with the header, owner's ref, next block of the owner, length in bytes. */
const headerWords = 4;
/** Owner of a block that was freed. */
const nobody = -1;

interface Chunk {
  words: Int32Array;
  data: DataView;
  used: number;
  live: number;
}

/**
 * Blocks of bytes that live until their owner is decided: IDs of open messages, parked engagement. Blocks of one owner
 * hang on each other, the newest first. Freed owner by owner; chunks with little left in them are emptied by `compact`.
 */
export class OpenArena {
  readonly #chunks: (Chunk | null)[] = [];
  readonly #free: number[] = [];
  /** A ref is a chunk's number and, in its lower bits, the place in it in words; never 0, so that 0 is none. */
  readonly #placeBits: number;
  #current = -1;
  #liveWords = 0;
  #usedWords = 0;

  /** Chunks are of 2^placeBits words. */
  constructor(placeBits = 18) {
    this.#placeBits = placeBits;
  }

  /** Bytes held. */
  get size(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk?.data.byteLength ?? 0), 0);
  }

  /** Adds a block in front of `next`. Gives its ref. */
  add(owner: number, next: number, from: DataView, start: number, end: number): number {
    const size = headerWords + ((end - start + 3) >> 2);
    const number = this.#roomFor(size);
    const chunk = this.#chunks[number] as Chunk;
    const place = chunk.used;
    chunk.words[place] = size;
    chunk.words[place + 1] = owner | 0;
    chunk.words[place + 2] = next | 0;
    chunk.words[place + 3] = end - start;
    copyBytes(from, start, end, chunk.data, 4 * (place + headerWords));
    chunk.used += size;
    chunk.live += size;
    this.#liveWords += size;
    this.#usedWords += size;
    return this.#refOf(number, place);
  }

  next(ref: number): number {
    return (this.#chunkOf(ref).words[this.#placeOf(ref) + 2] as number) >>> 0;
  }

  setNext(ref: number, next: number): void {
    this.#chunkOf(ref).words[this.#placeOf(ref) + 2] = next | 0;
  }

  /** The bytes that `start` of the block points into. */
  data(ref: number): DataView {
    return this.#chunkOf(ref).data;
  }

  start(ref: number): number {
    return 4 * (this.#placeOf(ref) + headerWords);
  }

  length(ref: number): number {
    return this.#chunkOf(ref).words[this.#placeOf(ref) + 3] as number;
  }

  /** The block belongs to another owner from now on. */
  adopt(ref: number, owner: number): void {
    this.#chunkOf(ref).words[this.#placeOf(ref) + 1] = owner | 0;
  }

  /** The chunks as they are, for a snapshot: good while nothing is compacted. What is added later stands behind `used`. */
  chunks(): { number: number; used: number; bytes(): Uint8Array }[] {
    return this.#chunks.flatMap((chunk, number) => {
      if (chunk === null) return [];
      const { used, words } = chunk;
      return [{ number, used, bytes: () => new Uint8Array(words.buffer).slice(0, 4 * used) }];
    });
  }

  /** Puts a chunk back. All in it is dead until it is revived. */
  restore(number: number, used: number, bytes: Uint8Array): void {
    const words = new Int32Array(Math.max(this.#chunkWords, used));
    new Uint8Array(words.buffer).set(bytes);
    for (let place = 0; place < used; place += words[place] as number) words[place + 1] = nobody;
    while (this.#chunks.length <= number) this.#free.push(this.#chunks.push(null) - 1);
    this.#free.splice(this.#free.indexOf(number), 1);
    this.#chunks[number] = { words, data: new DataView(words.buffer), used, live: 0 };
    this.#usedWords += used;
  }

  /** The block of a chunk that was put back belongs to this owner. */
  revive(ref: number, owner: number): void {
    this.adopt(ref, owner);
    const chunk = this.#chunkOf(ref);
    const size = chunk.words[this.#placeOf(ref)] as number;
    chunk.live += size;
    this.#liveWords += size;
  }

  /** The block is not needed any more. It stays readable until the next `compact`. */
  free(ref: number): void {
    const chunk = this.#chunkOf(ref);
    const size = chunk.words[this.#placeOf(ref)] as number;
    chunk.words[this.#placeOf(ref) + 1] = nobody;
    chunk.live -= size;
    this.#liveWords -= size;
  }

  isFree(ref: number): boolean {
    return this.#chunkOf(ref).words[this.#placeOf(ref) + 1] === nobody;
  }

  /**
   * Gives back chunks with nothing left in them. Where more than half of all is dead, empties the chunks that hold the
   * least: the blocks of an owner move together, `headOf` tells where they begin and `moved` is told where they are now. Refs taken before are void.
   */
  compact(headOf: (owner: number) => number, moved: (owner: number, head: number) => void): void {
    for (let number = 0; number < this.#chunks.length; number++) this.#dropIfDead(number);
    if (this.#usedWords <= 2 * this.#liveWords + 4 * this.#chunkWords) return;
    const isSparse = (chunk: Chunk | null): chunk is Chunk => chunk !== null && 3 * chunk.live < chunk.used;
    const sparse = this.#chunks.flatMap((chunk, number) =>
      isSparse(chunk) && number !== this.#current ? [number] : [],
    );
    for (const number of sparse) {
      const { words, used } = this.#chunks[number] as Chunk;
      for (let place = 0; place < used; place += words[place] as number) {
        const owner = words[place + 1] as number;
        if (owner !== nobody && place + number > 0) moved(owner >>> 0, this.#move(owner, headOf(owner >>> 0)));
      }
      this.#dropIfDead(number);
    }
  }

  #move(owner: number, head: number): number {
    const chain: number[] = [];
    for (let at = head; at !== 0; at = this.next(at)) chain.push(at);
    let next = 0;
    for (const ref of chain.toReversed()) {
      const [data, start] = [this.data(ref), this.start(ref)];
      next = this.add(owner, next, data, start, start + this.length(ref));
    }
    for (const ref of chain) this.free(ref);
    return next;
  }

  #dropIfDead(number: number): void {
    const chunk = this.#chunks[number];
    if (!chunk || chunk.live > 0) return;
    this.#usedWords -= chunk.used;
    if (number === this.#current && chunk.words.length === this.#chunkWords) {
      chunk.used = number === 0 ? headerWords : 0;
      this.#usedWords += chunk.used;
      return;
    }
    if (number === this.#current) this.#current = -1;
    this.#chunks[number] = null;
    this.#free.push(number);
  }

  #roomFor(size: number): number {
    const current = this.#chunks[this.#current];
    if (current && current.used + size <= current.words.length) return this.#current;
    const number = this.#free.pop() ?? this.#chunks.length;
    assert(
      number < 1 << (32 - this.#placeBits),
      "open messages and parked engagement take more than 16 GiB in one task",
    );
    // The first place of all is 0, which says none.
    const used = number === 0 ? headerWords : 0;
    // A block that is larger than a chunk has one to itself: no place is beyond a ref's bits.
    const words = new Int32Array(Math.max(this.#chunkWords, used + size));
    if (used > 0) words[0] = headerWords;
    this.#chunks[number] = { words, data: new DataView(words.buffer), used, live: 0 };
    this.#usedWords += used;
    this.#current = number;
    return number;
  }

  get #chunkWords(): number {
    return 1 << this.#placeBits;
  }

  #refOf(chunk: number, place: number): number {
    return ((chunk << this.#placeBits) | place) >>> 0;
  }

  #placeOf(ref: number): number {
    return ref & (this.#chunkWords - 1);
  }

  #chunkOf(ref: number): Chunk {
    return this.#chunks[ref >>> this.#placeBits] as Chunk;
  }
}
