import { encodeSealed, fate } from "./encode-sealed.ts";
import { MessageCells, unsigned } from "./message-cells.ts";
import { inMemory, SealedSlab } from "./sealed-slab.ts";
import { cellWords, flag, cellWord } from "./slab.ts";
import { fillSlab, readImageHeader, type ImageHeader } from "./slab-image.ts";
import { TableSnapshot, type TableHead, type TableParts } from "./table-snapshot.ts";

/** What came of sealing a slab. */
export interface Sealing {
  generation: SealedSlab;
  image: Uint8Array;
  /** Messages that moved to a live slab: the refs that name them from now on. */
  carried: number[];
}

/**
 * All messages of a task: in the memory of its core a cell of 64 bytes each, found by 96 bits of the hash of the message
 * ID; in sealed generations those that are cold. A message is named by its ref. Slabs are given out in order and dropped
 * from the oldest on, whole, or sealed before that: then their messages come back one by one where a record asks for them. A
 * ref is good until its slab is dropped.
 */
export class MessageTable extends MessageCells {
  /**
   * Seals the oldest slab whose messages all began before `before` and are mostly closed. Null where there is none.
   * The generation reads from `image` until it is told where else its bytes are.
   */
  seal(before: number): Sealing | null {
    const cold = this.#coldest(before);
    if (cold === null) return null;
    const { place, slot, fates } = cold;
    const image = encodeSealed(this.slabIn(slot), fates, 1 << this.slabBits);
    const generation = new SealedSlab(readImageHeader(image) as ImageHeader, inMemory(image));
    const carried: number[] = [];
    for (let cell = 0; cell < fates.length; cell++) {
      const ref = this.refOf(slot, cell);
      if (fates[cell] === fate.carried) carried.push(this.#carry(ref));
      else if (fates[cell] === fate.sealed) this.core.calls.resize(-1);
    }
    this.core.calls.forgetSlab(place);
    this.addGeneration(generation);
    return { generation, image, carried };
  }

  /** Begins a snapshot of this instant: take it part by part, then end it. One at a time. */
  beginSnapshot(): TableParts {
    const { calls } = this.core;
    const snapshot = new TableSnapshot(this.slots.map((slot) => this.slabIn(slot)));
    this.snapshot = snapshot;
    this.look();
    const chunks = Array.from({ length: calls.chunkNumbers() }, (_, number) => ({
      number,
      used: calls.chunkUsed(number),
    })).filter(({ used }) => used >= 0);
    const waiting = [...chunks];
    const nextChunk = (): Uint8Array | null => {
      const chunk = waiting.shift();
      return chunk === undefined ? null : this.core.copy(calls.chunkAt(chunk.number), 4 * chunk.used);
    };
    return {
      head: { slabBits: this.slabBits, slots: this.slots, chunks, previous: [...this.earlier] },
      // What is done with the parts may take long after the last: the arena need not wait for that.
      nextPart: () => nextChunk() ?? snapshot.next() ?? this.#endSnapshot(snapshot),
      end: () => void this.#endSnapshot(snapshot),
    };
  }

  #endSnapshot(snapshot: TableSnapshot): null {
    snapshot.end();
    if (this.snapshot === snapshot) this.snapshot = null;
    this.look();
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
    const { core } = this;
    if (slabBits !== this.slabBits) return false;
    for (const { number, used } of chunks) {
      const part = await nextPart();
      if (part.length !== 4 * used) return false;
      const at = core.calls.restoreChunk(number, used);
      core.bytes.set(part, at >>> 0);
      core.calls.deadenChunk(number);
    }
    for (const [ref, older] of previous) this.earlier.set(ref, older);
    core.calls.reserveIndex(slots.length << this.slabBits);
    for (const slot of slots) {
      const part = await nextPart();
      core.calls.addSlab(slot);
      if (!fillSlab(this.slabIn(slot), part)) return false;
      core.calls.takeUp(slot);
    }
    return true;
  }

  /** The oldest slab that can be sealed, by its place in the order and its slot, and what becomes of its cells. */
  #coldest(before: number): { place: number; slot: number; fates: Uint8Array } | null {
    // The newest slab may still take messages.
    for (const [place, slot] of this.slots.slice(0, -1).entries()) {
      const slab = this.slabIn(slot);
      if (Math.max(slab.beganTo, slab.sealedFrom) >= before) continue;
      const fates = this.#fatesOf(slot, slab.count);
      let carried = 0;
      for (const of of fates) if (of === fate.carried) carried++;
      if (2 * carried <= fates.length) return { place, slot, fates };
      // One that would mostly be carried on stays, and is looked at again when it is twice as old.
      slab.sealedFrom = before + (before - slab.beganTo);
    }
    return null;
  }

  #fatesOf(slot: number, count: number): Uint8Array {
    const fates = new Uint8Array(count);
    for (let cell = 0; cell < count; cell++) fates[cell] = this.#fateOf(this.refOf(slot, cell));
    return fates;
  }

  #fateOf(ref: number): number {
    if (this.isSet(ref, flag.gone)) return fate.dropped;
    // Of the messages of one ID only the newest is found in a generation.
    const isOne = this.previous(ref) >= 0 || this.isSet(ref, flag.shadowed);
    return isOne || !this.isSet(ref, flag.closed) ? fate.carried : fate.sealed;
  }

  /** Moves a message to a live slab. Gives its new ref. */
  #carry(ref: number): number {
    const cell = new Int32Array(cellWords);
    this.slabOf(ref).readCell(this.cellOf(ref), cell);
    const moved = this.settle(this.slabOf(ref), cell, flag.sealed | flag.carried);
    const { calls } = this.core;
    for (let block = this.word(moved, cellWord.open); block !== 0; block = calls.nextBlock(block)) {
      calls.adoptBlock(block, moved);
    }
    const before = this.earlier.get(ref);
    if (before !== undefined) this.earlier.set(moved, before).delete(ref);
    const newer = this.isSet(moved, flag.shadowed) ? this.#newerThan(ref) : -1;
    if (newer >= 0) this.earlier.set(newer, moved);
    return moved;
  }

  /** The message of the same ID whose `previous` it is; −1 without one. */
  #newerThan(ref: number): number {
    let newer = unsigned(this.core.calls.findRef(this.hashAt(ref)));
    while (newer >= 0 && this.earlier.get(newer) !== ref) newer = this.earlier.get(newer) ?? -1;
    return newer;
  }
}
