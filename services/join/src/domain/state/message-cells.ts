import { hashWords } from "./hash.ts";
import { OpenArena } from "./open-arena.ts";
import type { Hashed } from "./ref-index.ts";
import { cellBytes, cellWords, f64, flag, i32, Slab, turnShift } from "./slab.ts";
import type { TableSnapshot } from "./table-snapshot.ts";

const cellDoubles = cellBytes / 8;
/** A delta of append times that does not fit is kept at this: windows are below 49 days. */
const deltaMax = 0xffff_fffe;

/** The cells of messages by their refs: a ref is the slot of a slab and, in its lower bits, the cell in it. */
export class MessageCells implements Hashed {
  protected readonly slabBits: number;
  /** By slot; null where the slab is gone. */
  protected readonly slabs: (Slab | null)[] = [];
  /** Slots of live slabs, oldest first. */
  protected readonly order: number[] = [];
  /** The one that is being taken; null while there is none. */
  protected snapshot: TableSnapshot | null = null;
  /** IDs of open messages, parked engagement. */
  readonly open: OpenArena = new OpenArena();
  readonly #freeSlots: number[] = [];

  /** A slab has 2^slabBits cells. */
  constructor(slabBits: number) {
    this.slabBits = slabBits;
  }

  /** Whether the ref still names a message, gone or not. */
  has(ref: number): boolean {
    const slab = this.slabs[ref >>> this.slabBits];
    return slab !== null && slab !== undefined && this.cellOf(ref) < slab.count;
  }

  isGone(ref: number): boolean {
    return this.isSet(ref, flag.gone);
  }

  slabOf(ref: number): Slab {
    return this.slabs[ref >>> this.slabBits] as Slab;
  }

  isSet(ref: number, bits: number): boolean {
    return (this.word(ref, i32.flags) & bits) !== 0;
  }

  set(ref: number, bits: number): void {
    this.setWord(ref, i32.flags, this.word(ref, i32.flags) | bits);
  }

  word(ref: number, field: number): number {
    return this.slabOf(ref).words[this.cellOf(ref) * cellWords + field] as number;
  }

  setWord(ref: number, field: number, value: number): void {
    this.slabOf(ref).words[this.cellOf(ref) * cellWords + field] = value;
  }

  firstAppendAt(ref: number): number {
    return this.slabOf(ref).times[this.cellOf(ref) * cellDoubles + f64.firstAppendAt] as number;
  }

  /** What is kept relative to it moves along. */
  lowerFirstAppendAt(ref: number, time: number): void {
    this.touch(ref);
    const earlierMs = this.firstAppendAt(ref) - time;
    for (const field of [i32.sendAppended, i32.outcomeAppended]) {
      this.setWord(ref, field, Math.min(deltaMax, (this.word(ref, field) >>> 0) + earlierMs));
    }
    this.slabOf(ref).times[this.cellOf(ref) * cellDoubles + f64.firstAppendAt] = time;
  }

  /** NaN without a send. */
  sendOccurredAt(ref: number): number {
    return this.slabOf(ref).times[this.cellOf(ref) * cellDoubles + f64.sendOccurredAt] as number;
  }

  sendAppendedAt(ref: number): number {
    return this.firstAppendAt(ref) + (this.word(ref, i32.sendAppended) >>> 0);
  }

  outcomeAppendedAt(ref: number): number {
    return this.firstAppendAt(ref) + (this.word(ref, i32.outcomeAppended) >>> 0);
  }

  /** `word` and `domain` are words of the message's slab. */
  putSend(ref: number, word: number, domain: number, occurredAt: number, appendTime: number): void {
    this.set(ref, flag.send);
    this.setWord(ref, i32.sendWord, word);
    this.setWord(ref, i32.sendDomain, domain);
    this.setWord(ref, i32.sendAppended, Math.min(deltaMax, appendTime - this.firstAppendAt(ref)));
    this.slabOf(ref).times[this.cellOf(ref) * cellDoubles + f64.sendOccurredAt] = occurredAt;
  }

  /** Where the 16 bytes of the recipient's hash are in `slabOf(ref).bytes`. */
  recipientHashAt(ref: number): number {
    return 4 * (this.cellOf(ref) * cellWords + i32.recipientHash);
  }

  /** Place + 1 of the outcome among the slab's attempts; 0 without one. */
  outcome(ref: number): number {
    return this.word(ref, i32.outcome);
  }

  setOutcome(ref: number, attempt: number, appendTime: number): void {
    this.setWord(ref, i32.outcome, attempt);
    this.setWord(ref, i32.outcomeAppended, Math.min(deltaMax, appendTime - this.firstAppendAt(ref)));
  }

  /** How many messages of the same ID came before it, as far as they were known. */
  turn(ref: number): number {
    return this.word(ref, i32.flags) >>> turnShift;
  }

  /** Newest block of the message in the open arena; 0 without one. */
  openHead(ref: number): number {
    return this.word(ref, i32.open) >>> 0;
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

  /** Blocks of the message's parked engagement, the newest first, into an array that is kept. */
  parkedBlocks(ref: number, into: number[]): void {
    into.length = 0;
    // The last block of the chain is the message's ID.
    for (let at = this.openHead(ref); at !== 0 && this.open.next(at) !== 0; at = this.open.next(at)) into.push(at);
  }

  /** Takes one of the message's parked blocks out of the midst of the others. */
  unpark(ref: number, block: number): void {
    const next = this.open.next(block);
    if (this.openHead(ref) === block) this.setOpenHead(ref, next);
    else {
      let above = this.openHead(ref);
      while (this.open.next(above) !== block) above = this.open.next(above);
      this.open.setNext(above, next);
    }
    this.open.free(block);
  }

  /** Frees what is left of the message in the open arena: its ID. */
  freeOpen(ref: number): void {
    if (this.openHead(ref) === 0) return;
    this.open.free(this.idBlock(ref));
    this.setOpenHead(ref, 0);
  }

  /** Frees what open messages no longer need. Refs into the open arena are void afterwards. */
  compact(): void {
    // A snapshot reads the arena's chunks when it comes to them.
    if (this.snapshot !== null) return;
    this.open.compact(
      (owner) => this.openHead(owner),
      (owner, head) => this.setOpenHead(owner, head),
    );
  }

  /** Whatever is to be changed of a message is changed after this. */
  touch(ref: number): void {
    if (this.snapshot !== null) this.snapshot.keep(this.slabOf(ref), this.cellOf(ref));
  }

  /** For the index alone. */
  hasHash(ref: number, hash: Int32Array): boolean {
    const { words } = this.slabOf(ref);
    const base = this.cellOf(ref) * cellWords + i32.hash;
    return (
      words[base] === hash[0] &&
      words[base + 1] === hash[1] &&
      words[base + 2] === hash[2] &&
      words[base + 3] === hash[3]
    );
  }

  /** For the index alone. */
  hashWord(ref: number): number {
    return this.word(ref, i32.hash);
  }

  protected cellOf(ref: number): number {
    return ref & ((1 << this.slabBits) - 1);
  }

  protected refOf(slot: number, cell: number): number {
    return ((slot << this.slabBits) | cell) >>> 0;
  }

  /** An empty cell of the newest slab. */
  protected allocate(): number {
    let slot = this.order.at(-1);
    if (slot === undefined || this.#isFull(this.slabs[slot] as Slab)) slot = this.addSlab(new Slab(1 << this.slabBits));
    return this.refOf(slot, (this.slabs[slot] as Slab).count++);
  }

  /** A new message with the hash in `hashWords`. */
  protected create(firstAppendAt: number, turn: number): number {
    const ref = this.allocate();
    const slab = this.slabOf(ref);
    const base = this.cellOf(ref) * cellWords;
    for (let word = 0; word < 4; word++) slab.words[base + i32.hash + word] = hashWords[word] as number;
    slab.words[base + i32.flags] = turn << turnShift;
    slab.times[(base / cellWords) * cellDoubles + f64.firstAppendAt] = firstAppendAt;
    slab.times[(base / cellWords) * cellDoubles + f64.sendOccurredAt] = Number.NaN;
    if (firstAppendAt > slab.beganTo) slab.beganTo = firstAppendAt;
    return ref;
  }

  /** Gives its slot. */
  protected addSlab(slab: Slab): number {
    const slot = this.#freeSlots.pop() ?? this.slabs.length;
    this.slabs[slot] = slab;
    this.order.push(slot);
    return slot;
  }

  /** Puts a slab back into its slot, as the newest. */
  protected putSlab(slot: number, slab: Slab): void {
    while (this.slabs.length <= slot) this.#freeSlots.push(this.slabs.push(null) - 1);
    this.#freeSlots.splice(this.#freeSlots.indexOf(slot), 1);
    this.slabs[slot] = slab;
    this.order.push(slot);
  }

  /** Refs into the slab are void. `place` is its place in the order. */
  protected removeSlab(place: number): void {
    const [slot] = this.order.splice(place, 1);
    this.slabs[slot as number] = null;
    this.#freeSlots.push(slot as number);
  }

  /** Also where a careless producer fills its dictionary, whose places are 32-bit numbers. */
  #isFull({ count, texts }: Slab): boolean {
    return count === 1 << this.slabBits || texts.size > textBytesMax;
  }
}

const textBytesMax = 64 * 1024 * 1024;
