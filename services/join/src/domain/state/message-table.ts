import { copyMessage } from "./copy-message.ts";
import { encodeSealed, fate } from "./encode-sealed.ts";
import { Generations } from "./generations.ts";
import { hashBytes, hashWords } from "./hash.ts";
import { MessageCells } from "./message-cells.ts";
import { RefIndex } from "./ref-index.ts";
import { inMemory, SealedSlab } from "./sealed-slab.ts";
import { TableSnapshot, type TableHead, type TableParts } from "./table-snapshot.ts";
import { cellWords, flag, i32, turnShift, type Slab } from "./slab.ts";
import { readImageHeader, slabOfImage, type ImageHeader } from "./slab-image.ts";

const hash = new Int32Array(4);

/** What came of sealing a slab. */
export interface Sealing {
  generation: SealedSlab;
  image: Uint8Array;
  /** Messages that moved to a live slab: the refs that name them from now on. */
  carried: number[];
}

/**
 * All messages of a task, off the heap: a cell of 80 bytes each, found by the 128-bit hash of the message ID. A message is
 * named by its ref. Slabs are given out in order and dropped from the oldest on, whole, or sealed before that: then their
 * messages are in a generation, and come back one by one where a record asks for them. A ref is good until then.
 */
export class MessageTable extends MessageCells {
  readonly generations: Generations;
  readonly #index: RefIndex;
  /** For messages whose ID had an earlier window that is not dropped yet: the message of that window. */
  readonly #previous = new Map<number, number>();
  /** Cells of the oldest slab that were passed by `oldest`. */
  #passed = 0;
  #size = 0;
  /** Of a message that begins where `find` found none: another one than that of a message whose events are still in a generation. */
  #turn = 0;

  /** A slab has 2^slabBits cells. */
  constructor(slabBits = 15) {
    super(slabBits);
    this.generations = new Generations(1 << slabBits);
    this.#index = new RefIndex(this);
  }

  /** Messages that are not gone, sealed ones left out. */
  get size(): number {
    return this.#size;
  }

  /** Bytes held. */
  get bytes(): number {
    const slabs = this.order.reduce((sum, slot) => sum + (this.slabs[slot] as Slab).size, 0);
    return slabs + this.#index.size + this.open.size + this.generations.size;
  }

  /** The newest message of an ID, −1 where there is none. One that is sealed comes back. Leaves the ID's hash for `begin`. */
  find(id: DataView, start: number, length: number): number {
    hashBytes(id, start, length, 0);
    this.#turn = 0;
    const live = this.#index.find(hashWords);
    return live < 0 && this.generations.messageCount > 0 ? this.#recall() : live;
  }

  /**
   * A new message of the ID that `find` was asked for just now and gave `newest` for. Its ID is kept in the open arena.
   */
  begin(id: DataView, start: number, length: number, firstAppendAt: number, newest: number): number {
    const ref = this.create(firstAppendAt, newest < 0 ? this.#turn : this.turn(newest) + 1);
    this.#index.put(hashWords, ref);
    this.#size++;
    if (newest >= 0) {
      this.touch(newest);
      this.set(newest, flag.shadowed);
      if (!this.isGone(newest)) this.#previous.set(ref, newest);
    }
    this.setOpenHead(ref, this.open.add(ref, 0, id, start, start + length));
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
      const slot = this.order[0];
      if (slot === undefined) return -1;
      const slab = this.slabs[slot] as Slab;
      for (; this.#passed < slab.count; this.#passed++) {
        const ref = this.refOf(slot, this.#passed);
        if (!this.isSet(ref, flag.gone)) return ref;
      }
      // The newest slab may still take messages.
      if (this.order.length === 1) return -1;
      this.#forget(0);
    }
  }

  /** Of those that are not gone, in the order in which they began to be known. */
  *all(): Generator<number> {
    for (const slot of this.order) {
      const slab = this.slabs[slot] as Slab;
      for (let cell = 0; cell < slab.count; cell++) {
        const ref = this.refOf(slot, cell);
        if (!this.isSet(ref, flag.gone)) yield ref;
      }
    }
  }

  markGone(ref: number): void {
    this.touch(ref);
    this.set(ref, flag.gone);
    this.#size--;
  }

  /** False where this identity was known for the message. */
  see(ref: number, kind: number, id: DataView, start: number, length: number): boolean {
    const seed = this.word(ref, i32.hash) ^ Math.imul(kind + 1, 0x9e37_79b1);
    hashBytes(id, start, length, seed);
    const high = hashWords[0] as number;
    // Messages of one ID are told apart by their turns.
    const low = (hashWords[1] as number) ^ Math.imul(this.turn(ref) + 1, 0x85eb_ca6b);
    if (!this.slabOf(ref).seen.add(high, low)) return false;
    this.snapshot?.saw(this.slabOf(ref), high, low);
    return !this.isSet(ref, flag.sealed) || !this.generations.sees(this.#hashOf(ref), high, low);
  }

  /**
   * Seals the oldest slab whose messages all began before `before` and are mostly closed. Null where there is none.
   * The generation reads from `image` until it is told where else its bytes are.
   */
  seal(before: number): Sealing | null {
    const cold = this.#coldest(before);
    if (cold === null) return null;
    const { place, slot, fates } = cold;
    const slab = this.slabs[slot] as Slab;
    const image = encodeSealed(slab, fates, 1 << this.slabBits);
    const generation = new SealedSlab(readImageHeader(image) as ImageHeader, inMemory(image));
    const carried: number[] = [];
    for (let cell = 0; cell < slab.count; cell++) {
      const ref = this.refOf(slot, cell);
      if (fates[cell] === fate.carried) carried.push(this.#carry(ref));
      else if (fates[cell] === fate.sealed) this.#size--;
    }
    this.#forget(place);
    this.generations.add(generation);
    return { generation, image, carried };
  }

  /** Begins a snapshot of this instant: take it part by part, then end it. One at a time. */
  beginSnapshot(): TableParts {
    const slabs = this.order.map((slot) => this.slabs[slot] as Slab);
    const snapshot = new TableSnapshot(slabs);
    this.snapshot = snapshot;
    const chunks = this.open.chunks();
    return {
      head: {
        slabBits: this.slabBits,
        slots: [...this.order],
        chunks: chunks.map(({ number, used }) => ({ number, used })),
        previous: [...this.#previous],
      },
      // What is done with the parts may take long after the last: the arena need not wait for that.
      nextPart: () => chunks.shift()?.bytes() ?? snapshot.next() ?? this.#endSnapshot(),
      end: () => void this.#endSnapshot(),
    };
  }

  #endSnapshot(): null {
    this.snapshot = null;
    return null;
  }

  /**
   * Fills an empty table with the parts of a snapshot, in their order. False where they are of another layout; the table is
   * useless then. Each turn between two parts takes milliseconds.
   */
  async restore(
    { slabBits, slots, chunks, previous }: TableHead,
    nextPart: () => Promise<Uint8Array>,
  ): Promise<boolean> {
    if (slabBits !== this.slabBits) return false;
    for (const { number, used } of chunks) this.open.restore(number, used, await nextPart());
    for (const [ref, older] of previous) this.#previous.set(ref, older);
    this.#index.reserve(slots.length << this.slabBits);
    for (const slot of slots) {
      const slab = slabOfImage(await nextPart(), 1 << this.slabBits);
      if (slab === null) return false;
      this.putSlab(slot, slab);
      for (let cell = 0; cell < slab.count; cell++) this.#takeUp(this.refOf(slot, cell));
    }
    return true;
  }

  #takeUp(ref: number): void {
    if (!this.isSet(ref, flag.shadowed)) this.#index.put(this.#hashOf(ref), ref);
    if (this.isGone(ref)) return;
    this.#size++;
    for (let block = this.openHead(ref); block !== 0; block = this.open.next(block)) this.open.revive(block, ref);
  }

  /** The oldest slab that can be sealed, by its place in the order and its slot, and what becomes of its cells. */
  #coldest(before: number): { place: number; slot: number; fates: Uint8Array } | null {
    // The newest slab may still take messages.
    for (let place = 0; place < this.order.length - 1; place++) {
      const slot = this.order[place] as number;
      const slab = this.slabs[slot] as Slab;
      if (Math.max(slab.beganTo, slab.sealedFrom) >= before) continue;
      const fates = this.#fatesOf(slot);
      let carried = 0;
      for (const of of fates) if (of === fate.carried) carried++;
      if (2 * carried <= slab.count) return { place, slot, fates };
      // One that would mostly be carried on stays, and is looked at again when it is twice as old.
      slab.sealedFrom = before + (before - slab.beganTo);
    }
    return null;
  }

  #fatesOf(slot: number): Uint8Array {
    const fates = new Uint8Array((this.slabs[slot] as Slab).count);
    for (let cell = 0; cell < fates.length; cell++) fates[cell] = this.#fateOf(this.refOf(slot, cell));
    return fates;
  }

  #fateOf(ref: number): number {
    if (this.isGone(ref)) return fate.dropped;
    // Of the messages of one ID only the newest is found in a generation.
    const isOne = this.previous(ref) >= 0 || this.isSet(ref, flag.shadowed);
    return isOne || !this.isSet(ref, flag.closed) ? fate.carried : fate.sealed;
  }

  /** Moves a message to a live slab. Gives its new ref. */
  #carry(ref: number): number {
    const cell = new Int32Array(cellWords);
    this.slabOf(ref).readCell(this.cellOf(ref), cell);
    const moved = this.#settle(this.slabOf(ref), cell, flag.sealed | flag.carried);
    for (let block = this.openHead(moved); block !== 0; block = this.open.next(block)) this.open.adopt(block, moved);
    const before = this.#previous.get(ref);
    if (before !== undefined) this.#previous.set(moved, before).delete(ref);
    const newer = this.isSet(moved, flag.shadowed) ? this.#newerThan(ref) : -1;
    if (newer >= 0) this.#previous.set(newer, moved);
    return moved;
  }

  /** The message of the same ID whose `previous` it is; −1 without one. */
  #newerThan(ref: number): number {
    let newer = this.#index.find(this.#hashOf(ref));
    while (newer >= 0 && this.#previous.get(newer) !== ref) newer = this.#previous.get(newer) ?? -1;
    return newer;
  }

  /** Brings the message with the hash in `hashWords` back from its generation; −1 where there is none. */
  #recall(): number {
    const found = this.generations.find(hashWords);
    if (found === null) return -1;
    const flags = found.cell[i32.flags] as number;
    if ((flags & flag.carried) !== 0) {
      this.#turn = (flags >>> turnShift) + 1;
      return -1;
    }
    this.#size++;
    return this.#settle(found.slab, found.cell, flag.sealed);
  }

  /** Puts a message from elsewhere into the newest slab. */
  #settle(from: Parameters<typeof copyMessage>[0], cell: Int32Array, flags: number): number {
    const ref = this.allocate();
    const slab = this.slabOf(ref);
    copyMessage(from, cell, slab, this.cellOf(ref));
    this.set(ref, flags);
    slab.beganTo = Math.max(slab.beganTo, this.firstAppendAt(ref));
    if (!this.isSet(ref, flag.shadowed)) this.#index.put(this.#hashOf(ref), ref);
    return ref;
  }

  /** In an array that is used again. */
  #hashOf(ref: number): Int32Array {
    for (let word = 0; word < 4; word++) hash[word] = this.word(ref, i32.hash + word);
    return hash;
  }

  /** Takes a slab out, by its place in the order. */
  #forget(place: number): void {
    const slot = this.order[place] as number;
    const slab = this.slabs[slot] as Slab;
    for (let cell = 0; cell < slab.count; cell++) {
      const ref = this.refOf(slot, cell);
      this.#index.remove(this.#hashOf(ref), ref);
    }
    for (const [ref, previous] of this.#previous) {
      if (ref >>> this.slabBits === slot || previous >>> this.slabBits === slot) this.#previous.delete(ref);
    }
    this.removeSlab(place);
    if (place === 0) this.#passed = 0;
  }
}
