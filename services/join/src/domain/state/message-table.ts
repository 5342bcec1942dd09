import { hashBytes, hashWords } from "./hash.ts";
import { OpenArena } from "./open-arena.ts";
import { RefIndex, type Hashed } from "./ref-index.ts";
import { cellBytes, f64, flag, i32, Slab } from "./slab.ts";

const cellWords = cellBytes / 4;
const cellDoubles = cellBytes / 8;
/** A delta of append times that does not fit is kept at this: windows are below 49 days. */
const deltaMax = 0xffff_fffe;

const textBytesMax = 64 * 1024 * 1024;

const dropped = new Int32Array(4);

/**
 * All messages of a task, off the heap: a cell of 80 bytes each, found by the 128-bit hash of the message ID. A message is
 * named by its ref. Slabs are given out in order and dropped from the oldest on, whole; a ref is good until then.
 */
export class MessageTable implements Hashed {
  readonly open: OpenArena = new OpenArena();
  readonly #slabBits: number;
  readonly #slabs: (Slab | null)[] = [];
  readonly #freeSlots: number[] = [];
  /** Slots of live slabs, oldest first. */
  readonly #order: number[] = [];
  readonly #index: RefIndex;
  /** For messages whose ID had an earlier window that is not dropped yet: the message of that window. */
  readonly #previous = new Map<number, number>();
  /** Cells of the oldest slab that were passed by `oldest`. */
  #passed = 0;
  #size = 0;

  /** A slab has 2^slabBits cells. */
  constructor(slabBits = 16) {
    this.#slabBits = slabBits;
    this.#index = new RefIndex(this);
  }

  /** Messages that are not gone. */
  get size(): number {
    return this.#size;
  }

  /** Bytes held. */
  get bytes(): number {
    const slabs = this.#order.reduce((sum, slot) => sum + (this.#slabs[slot] as Slab).size, 0);
    return slabs + this.#index.size + this.open.size;
  }

  /** The newest message of an ID, −1 where there is none. Leaves the ID's hash for `create`. */
  find(id: Uint8Array, start: number, length: number): number {
    hashBytes(id, start, length, 0);
    return this.#index.find(hashWords);
  }

  /**
   * A new message of the ID that `find` was asked for just now and gave `newest` for. Its ID is kept in the open arena.
   */
  begin(id: Uint8Array, start: number, length: number, firstAppendAt: number, newest: number): number {
    const ref = this.#create(firstAppendAt);
    if (newest >= 0 && !this.isGone(newest)) this.#previous.set(ref, newest);
    this.setOpenHead(ref, this.open.add(ref, 0, id, start, start + length));
    return ref;
  }

  #create(firstAppendAt: number): number {
    let slot = this.#order.at(-1);
    if (slot === undefined || this.#isFull(this.#slabs[slot] as Slab)) slot = this.#addSlab();
    const slab = this.#slabs[slot] as Slab;
    const ref = ((slot << this.#slabBits) | slab.count++) >>> 0;
    const base = this.#base(ref) * cellWords;
    for (let word = 0; word < 4; word++) slab.words[base + i32.hash + word] = hashWords[word] as number;
    slab.times[this.#base(ref) * cellDoubles + f64.firstAppendAt] = firstAppendAt;
    slab.times[this.#base(ref) * cellDoubles + f64.sendOccurredAt] = Number.NaN;
    this.#index.put(hashWords, ref);
    this.#size++;
    return ref;
  }

  /** The message of the same ID whose window ended before this one's began and that is not gone; −1 without one. */
  previous(ref: number): number {
    if (this.#previous.size === 0) return -1;
    const previous = this.#previous.get(ref);
    return previous === undefined || this.isSet(previous, flag.gone) ? -1 : previous;
  }

  /** The message that began first of those that are not gone, roughly: inputs may lag. −1 without one. */
  oldest(): number {
    for (;;) {
      const slot = this.#order[0];
      if (slot === undefined) return -1;
      const slab = this.#slabs[slot] as Slab;
      for (; this.#passed < slab.count; this.#passed++) {
        const ref = ((slot << this.#slabBits) | this.#passed) >>> 0;
        if (!this.isSet(ref, flag.gone)) return ref;
      }
      // The newest slab may still take messages.
      if (this.#order.length === 1) return -1;
      this.#dropOldest();
    }
  }

  /** Of those that are not gone, in the order in which they began to be known. */
  *all(): Generator<number> {
    for (const slot of this.#order) {
      const slab = this.#slabs[slot] as Slab;
      for (let cell = 0; cell < slab.count; cell++) {
        const ref = ((slot << this.#slabBits) | cell) >>> 0;
        if (!this.isSet(ref, flag.gone)) yield ref;
      }
    }
  }

  /** Whether the ref still names a message, gone or not. */
  has(ref: number): boolean {
    const slab = this.#slabs[ref >>> this.#slabBits];
    return slab !== null && slab !== undefined && this.#base(ref) < slab.count;
  }

  isGone(ref: number): boolean {
    return this.isSet(ref, flag.gone);
  }

  markGone(ref: number): void {
    this.set(ref, flag.gone);
    this.#size--;
  }

  slabOf(ref: number): Slab {
    return this.#slabs[ref >>> this.#slabBits] as Slab;
  }

  isSet(ref: number, bits: number): boolean {
    return (this.#word(ref, i32.flags) & bits) !== 0;
  }

  set(ref: number, bits: number): void {
    this.setWord(ref, i32.flags, this.#word(ref, i32.flags) | bits);
  }

  word(ref: number, field: number): number {
    return this.#word(ref, field);
  }

  setWord(ref: number, field: number, value: number): void {
    this.slabOf(ref).words[this.#base(ref) * cellWords + field] = value;
  }

  firstAppendAt(ref: number): number {
    return this.slabOf(ref).times[this.#base(ref) * cellDoubles + f64.firstAppendAt] as number;
  }

  /** What is kept relative to it moves along. */
  lowerFirstAppendAt(ref: number, time: number): void {
    const earlierMs = this.firstAppendAt(ref) - time;
    for (const field of [i32.sendAppended, i32.outcomeAppended]) {
      this.setWord(ref, field, Math.min(deltaMax, (this.#word(ref, field) >>> 0) + earlierMs));
    }
    this.slabOf(ref).times[this.#base(ref) * cellDoubles + f64.firstAppendAt] = time;
  }

  /** NaN without a send. */
  sendOccurredAt(ref: number): number {
    return this.slabOf(ref).times[this.#base(ref) * cellDoubles + f64.sendOccurredAt] as number;
  }

  sendAppendedAt(ref: number): number {
    return this.firstAppendAt(ref) + (this.#word(ref, i32.sendAppended) >>> 0);
  }

  outcomeAppendedAt(ref: number): number {
    return this.firstAppendAt(ref) + (this.#word(ref, i32.outcomeAppended) >>> 0);
  }

  /** `word` and `domain` are words of the message's slab. */
  putSend(ref: number, word: number, domain: number, occurredAt: number, appendTime: number): void {
    this.set(ref, flag.send);
    this.setWord(ref, i32.sendWord, word);
    this.setWord(ref, i32.sendDomain, domain);
    this.setWord(ref, i32.sendAppended, Math.min(deltaMax, appendTime - this.firstAppendAt(ref)));
    this.slabOf(ref).times[this.#base(ref) * cellDoubles + f64.sendOccurredAt] = occurredAt;
  }

  /** Where the 16 bytes of the recipient's hash are in `slabOf(ref).bytes`. */
  recipientHashAt(ref: number): number {
    return 4 * (this.#base(ref) * cellWords + i32.recipientHash);
  }

  /** Place + 1 of the outcome among the slab's attempts; 0 without one. */
  outcome(ref: number): number {
    return this.#word(ref, i32.outcome);
  }

  setOutcome(ref: number, attempt: number, appendTime: number): void {
    this.setWord(ref, i32.outcome, attempt);
    this.setWord(ref, i32.outcomeAppended, Math.min(deltaMax, appendTime - this.firstAppendAt(ref)));
  }

  /** Newest block of the message in the open arena; 0 without one. */
  openHead(ref: number): number {
    return this.#word(ref, i32.open) >>> 0;
  }

  setOpenHead(ref: number, head: number): void {
    this.setWord(ref, i32.open, head | 0);
  }

  /** The block of the message's ID, as long as the message is open: the last of its blocks. */
  idBlock(ref: number): number {
    let block = this.openHead(ref);
    for (let next = this.open.next(block); next !== 0; next = this.open.next(next)) block = next;
    return block;
  }

  /** Frees what is left of the message in the open arena: its ID. */
  freeOpen(ref: number): void {
    if (this.openHead(ref) === 0) return;
    this.open.free(this.idBlock(ref));
    this.setOpenHead(ref, 0);
  }

  /** Frees what open messages no longer need. Refs into the open arena are void afterwards. */
  compact(): void {
    this.open.compact(
      (owner) => this.openHead(owner),
      (owner, head) => this.setOpenHead(owner, head),
    );
  }

  /** False where this identity was known in the slab of the message. */
  see(ref: number, kind: number, id: Uint8Array, start: number, length: number): boolean {
    const seed = this.#word(ref, i32.hash) ^ Math.imul(kind + 1, 0x9e37_79b1);
    hashBytes(id, start, length, seed);
    // Two messages of one ID in one slab are told apart by their cells.
    const low = (hashWords[1] as number) ^ Math.imul(ref + 1, 0x85eb_ca6b);
    return this.slabOf(ref).seen.add(hashWords[0] as number, low);
  }

  /** Also where a careless producer fills its dictionary, whose places are 32-bit numbers. */
  #isFull({ count, texts }: Slab): boolean {
    return count === 1 << this.#slabBits || texts.size > textBytesMax;
  }

  #addSlab(): number {
    const slot = this.#freeSlots.pop() ?? this.#slabs.length;
    this.#slabs[slot] = new Slab(1 << this.#slabBits);
    this.#order.push(slot);
    return slot;
  }

  #dropOldest(): void {
    const slot = this.#order.shift() as number;
    const slab = this.#slabs[slot] as Slab;
    for (let cell = 0; cell < slab.count; cell++) {
      const ref = ((slot << this.#slabBits) | cell) >>> 0;
      const base = cell * cellWords + i32.hash;
      for (let word = 0; word < 4; word++) dropped[word] = slab.words[base + word] as number;
      this.#index.remove(dropped, ref);
    }
    for (const [ref, previous] of this.#previous) {
      if (ref >>> this.#slabBits === slot || previous >>> this.#slabBits === slot) this.#previous.delete(ref);
    }
    this.#slabs[slot] = null;
    this.#freeSlots.push(slot);
    this.#passed = 0;
  }

  /** For the index alone. */
  hasHash(ref: number, hash: Int32Array): boolean {
    const { words } = this.slabOf(ref);
    const base = this.#base(ref) * cellWords + i32.hash;
    return (
      words[base] === hash[0] &&
      words[base + 1] === hash[1] &&
      words[base + 2] === hash[2] &&
      words[base + 3] === hash[3]
    );
  }

  /** For the index alone. */
  hashWord(ref: number): number {
    return this.#word(ref, i32.hash);
  }

  #base(ref: number): number {
    return ref & ((1 << this.#slabBits) - 1);
  }

  #word(ref: number, field: number): number {
    return this.slabOf(ref).words[this.#base(ref) * cellWords + field] as number;
  }
}
