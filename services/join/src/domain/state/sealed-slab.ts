import { dataOf, type ByteWriter } from "./byte-writer.ts";
import { seenIn } from "./seen-set.ts";
import { attemptWords, cellBytes, cellWords, cellWord, hashWords, routeParts } from "./slab.ts";
import type { ImageHeader } from "./slab-image.ts";
import type { SlabSource } from "./slab-source.ts";

/** The bytes of a sealed generation, in memory or in a file. */
export interface GenerationBytes {
  /** Good until the next call. Throws where the bytes are not those that were written. */
  read(position: number, length: number): Uint8Array;
}

/** The bytes of an image that is not in a file yet. */
export function inMemory(image: Uint8Array): GenerationBytes {
  return { read: (position, length) => image.subarray(position, position + length) };
}

/** Cells to a place of the directory, about. */
const cellsPerPlace = 16;

/** Bits of a hash that tell its place in the directory of so many cells. */
export function directoryBits(cellCount: number): number {
  return Math.max(0, 32 - Math.clz32(Math.ceil(cellCount / cellsPerPlace)));
}

/** The place of a hash in the directory. Cells are in the order of the first word of their hash, taken as unsigned. */
export function directoryPlace(hashWord: number, bits: number): number {
  return bits === 0 ? 0 : hashWord >>> (32 - bits);
}

/**
 * A sealed generation: the messages of a slab in the order of their hashes, read where they lie. Nothing of it is in memory
 * but its header.
 */
export class SealedSlab implements SlabSource {
  readonly header: ImageHeader;
  /** Where the bytes are; may be moved while it lives, from memory to a file. */
  bytes: GenerationBytes;

  constructor(header: ImageHeader, bytes: GenerationBytes) {
    this.header = header;
    this.bytes = bytes;
  }

  /** The cell with this hash, −1 where there is none. */
  find(hash: Int32Array): number {
    const bits = directoryBits(this.header.cellCount);
    const place = directoryPlace(hash[0] as number, bits);
    const bounds = this.#read(this.header.at.sealed + 4 * place, 8);
    const [from, to] = [bounds.getInt32(0, true), bounds.getInt32(4, true)];
    if (from === to) return -1;
    const cells = this.#read(this.header.at.cells + from * cellBytes, (to - from) * cellBytes);
    for (let cell = 0; cell < to - from; cell++) {
      const at = cell * cellBytes + 4 * cellWord.hash;
      let same = 0;
      while (same < hashWords && cells.getInt32(at + 4 * same, true) === hash[same]) same++;
      if (same === hashWords) return from + cell;
    }
    return -1;
  }

  /** Whether an event with this identity was seen by a message of the generation. */
  sees(high: number, low: number): boolean {
    const { seenWords, at } = this.header;
    return seenIn(seenWords / 2, high, low, (word) => this.#read(at.seen + 4 * word, 4).getInt32(0, true));
  }

  /** The rows of its messages' hashes in the filter, as bits. */
  filterBits(): Uint8Array {
    const directory = 4 * (2 ** directoryBits(this.header.cellCount) + 1);
    return this.bytes.read(this.header.at.sealed + directory, this.header.sealedBytes - directory);
  }

  readCell(cell: number, into: Int32Array): void {
    this.#words(this.header.at.cells + cell * cellBytes, cellWords, into);
  }

  readAttempt(attempt: number, into: Int32Array): void {
    this.#words(this.header.at.attempts + (attempt - 1) * attemptWords * 4, attemptWords, into);
  }

  readRoute(route: number, into: Int32Array): void {
    this.#words(this.header.at.routes + route * routeParts * 4, routeParts, into);
  }

  readText(word: number, to: ByteWriter): void {
    const first = Math.max(0, word - 1);
    const ends = this.#read(this.header.at.textEnds + 4 * first, 4 * (word - first + 1));
    const start = word === 0 ? 0 : ends.getInt32(0, true);
    const end = ends.getInt32(4 * (word - first), true);
    to.copy(this.#read(this.header.at.texts + start, end - start), 0, end - start);
  }

  #words(position: number, count: number, into: Int32Array): void {
    const data = this.#read(position, 4 * count);
    for (let word = 0; word < count; word++) into[word] = data.getInt32(4 * word, true);
  }

  #read(position: number, length: number): DataView {
    return dataOf(this.bytes.read(position, length));
  }
}
