import type { ByteWriter } from "./byte-writer.ts";
import { dataOf } from "./byte-writer.ts";
import type { Core } from "./core.ts";
import type { SlabSource } from "./slab-source.ts";

/** A cell's sixteen words (core/slab.ts). */
export const cellWords = 16;
export const cellBytes: number = 4 * cellWords;
export const cellWord = {
  hash: 0,
  flags: 3,
  firstAppendAt: 8,
  sendWord: 11,
  sendDomain: 12,
  attempts: 13,
  open: 15,
} as const;
/** Words of the hash of its ID by which a message is known. */
export const hashWords = 3;

/** Texts, routes and attempts have numbers of so many bits. What stands above them in their words is another field's. */
const numberBits = 27;
const numberMask = 0x07ff_ffff;

/** The number in a word. */
export function numberIn(word: number): number {
  return word & numberMask;
}

/** The word with another number in it. */
export function withNumber(word: number, number: number): number {
  return (word & ~numberMask) | number;
}

/** When the message with these words began, epoch milliseconds. */
export function firstAppendAt(words: Int32Array, cell: number): number {
  const low = (words[cell + cellWord.sendWord] as number) >>> numberBits;
  const high = (words[cell + cellWord.sendDomain] as number) >>> numberBits;
  return (low | (high << 5)) * 2 ** 32 + ((words[cell + cellWord.firstAppendAt] as number) >>> 0);
}

export const flag = {
  closed: 1,
  rowWritten: 2,
  send: 4,
  gone: 8,
  sealed: 16,
  carried: 32,
  shadowed: 64,
} as const;
export const turnShift = 17;

/** An attempt's words (core/attempts.ts). */
export const attemptWords = 4;
export const attemptWord = { route: 2, below: 3 } as const;
/** A route's. */
export const routeParts = 4;
export const routePart = { origin: 0, domain: 1, host: 2, precisionMs: 3 } as const;

/** Words of a slab in the core's memory, behind its two times (core/slab.ts). */
const at = {
  cells: 4,
  count: 5,
  attempts: 6,
  attemptCount: 7,
  seen: 9,
  seenWords: 10,
  seenCount: 11,
  texts: 12,
  textBytes: 13,
  textEnds: 15,
  textCount: 16,
  routes: 20,
  routeCount: 21,
} as const;

/** A slab in the core's memory, for what is done rarely. Arrays it gives are good until the core is called again. */
export class Slab implements SlabSource {
  readonly core: Core;
  readonly address: number;

  constructor(core: Core, address: number) {
    this.core = core;
    this.address = address >>> 0;
  }

  get count(): number {
    return this.#word(at.count);
  }

  set count(count: number) {
    this.core.words[(this.address >>> 2) + at.count] = count;
  }

  get beganTo(): number {
    return this.core.doubles[this.address >>> 3] as number;
  }

  set beganTo(time: number) {
    this.core.doubles[this.address >>> 3] = time;
  }

  get sealedFrom(): number {
    return this.core.doubles[(this.address >>> 3) + 1] as number;
  }

  set sealedFrom(time: number) {
    this.core.doubles[(this.address >>> 3) + 1] = time;
  }

  /** Of the cells that were given out. */
  get cells(): Int32Array {
    return this.#array(at.cells, this.count * cellWords);
  }

  get attempts(): Int32Array {
    return this.#array(at.attempts, this.#word(at.attemptCount) * attemptWords);
  }

  get seenCount(): number {
    return this.#word(at.seenCount);
  }

  set seenCount(count: number) {
    this.core.words[(this.address >>> 2) + at.seenCount] = count;
  }

  get seen(): Int32Array {
    return this.#array(at.seen, this.#word(at.seenWords));
  }

  get textEnds(): Int32Array {
    return this.#array(at.textEnds, this.#word(at.textCount));
  }

  get texts(): Uint8Array {
    const start = this.#word(at.texts) >>> 0;
    return this.core.bytes.subarray(start, start + this.#word(at.textBytes));
  }

  get routes(): Int32Array {
    return this.#array(at.routes, this.#word(at.routeCount) * routeParts);
  }

  readCell(cell: number, into: Int32Array): void {
    into.set(this.cells.subarray(cell * cellWords, (cell + 1) * cellWords));
  }

  readAttempt(attempt: number, into: Int32Array): void {
    into.set(this.attempts.subarray((attempt - 1) * attemptWords, attempt * attemptWords));
  }

  readRoute(route: number, into: Int32Array): void {
    into.set(this.routes.subarray(route * routeParts, (route + 1) * routeParts));
  }

  readText(word: number, to: ByteWriter): void {
    const text = this.text(word);
    to.copy(dataOf(text), 0, text.length);
  }

  /** The bytes of a word. */
  text(word: number): Uint8Array {
    const ends = this.textEnds;
    return this.texts.subarray(word === 0 ? 0 : ends[word - 1], ends[word]);
  }

  #word(place: number): number {
    return this.core.words[(this.address >>> 2) + place] as number;
  }

  #array(place: number, count: number): Int32Array {
    const start = this.#word(place) >>> 2;
    return this.core.words.subarray(start, start + count);
  }
}
