import type { SettingsLookup } from "../settings.ts";
import { BandsOfWords, vendorOf, waitsOf } from "./word-settings.ts";
import { copyMessage } from "./copy-message.ts";
import { Core } from "./core.ts";
import { encodeSealed, fate } from "./encode-sealed.ts";
import { Generations } from "./generations.ts";
import { inMemory, SealedSlab } from "./sealed-slab.ts";
import { cellWords, flag, i32, Slab, turnShift } from "./slab.ts";
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
 * All messages of a task: in the memory of its core a cell of 80 bytes each, found by the 128-bit hash of the message ID; in
 * sealed generations those that are cold. A message is named by its ref. Slabs are given out in order and dropped from the
 * oldest on, whole, or sealed before that: then their messages come back one by one where a record asks for them. A ref is
 * good until its slab is dropped.
 */
export class MessageTable {
  readonly core: Core;
  readonly generations: Generations;
  readonly #slabBits: number;
  /** For messages whose ID had an earlier window that is not dropped yet: the message of that window. */
  readonly #previous = new Map<number, number>();
  readonly #bands = new BandsOfWords();
  #settings: SettingsLookup | null = null;
  #snapshot: TableSnapshot | null = null;
  #onFull: () => void = () => {};

  /** A slab has 2^slabBits cells, a chunk of the open arena 2^arenaBits words. */
  constructor(slabBits: number = 15, arenaBits: number = 18) {
    this.#slabBits = slabBits;
    this.generations = new Generations(1 << slabBits);
    this.core = new Core({
      recall: () => this.#recall(),
      sawSealed: (ref, high, low) => this.generations.sees(this.#hashOf(ref >>> 0), high, low),
      previousOf: (ref) => this.previous(ref >>> 0),
      follows: (ref, earlier) => void this.#previous.set(ref >>> 0, earlier >>> 0),
      forgot: (slot, slab) => this.#forgot(slot, slab >>> 0),
      keep: (ref) => this.#snapshot?.keep(this.slabOf(ref >>> 0).address, this.#cellOf(ref >>> 0)),
      saw: (ref, high, low) => this.#snapshot?.saw(this.slabOf(ref >>> 0).address, high, low),
      waitsOf: (slab, origin, to) => {
        const { settleMs, sendHoldMs } = waitsOf(new Slab(this.core, slab), origin, this.#settings as SettingsLookup);
        this.#putTwo(to, settleMs, sendHoldMs);
      },
      vendorOf: (slab, host, to) => {
        const vendor = vendorOf(new Slab(this.core, slab), host);
        this.core.bytes.set(vendor, to >>> 0);
        return vendor.length;
      },
      bandOf: (slab, domain, host, to) => {
        const band = this.#bands.of(new Slab(this.core, slab), domain, host, this.#settings as SettingsLookup);
        this.#putTwo(to, band.nearBeforeMs, band.nearAfterMs);
      },
      full: () => this.#onFull(),
    });
    this.core.calls.layOut(slabBits, arenaBits);
  }

  /** By which the messages are judged from now on; `onFull` is told when a draft is full in the middle of a step. */
  use(settings: SettingsLookup, onFull: () => void = () => {}): void {
    this.#settings = settings;
    this.#onFull = onFull;
    const { nearBeforeMs, nearAfterMs } = settings.nearBandOf("", null);
    this.core.calls.setTolerances(settings.clockToleranceMs, settings.hasOneBand, nearBeforeMs, nearAfterMs);
  }

  /** Messages that are not gone, sealed ones left out. */
  get size(): number {
    return this.core.calls.messageCount();
  }

  /** Bytes held. */
  get bytes(): number {
    return this.core.calls.stateBytes() + this.generations.size;
  }

  /** The newest message of an ID, −1 where there is none. One that is sealed comes back. Leaves the ID's hash for `begin`. */
  find(id: Uint8Array): number {
    this.#look();
    return unsigned(this.core.calls.findMessage(this.core.put(id), id.length));
  }

  /** A new message of the ID that `find` was asked for just now and gave `newest` for. Its ID is kept in the open arena. */
  begin(id: Uint8Array, firstAppendAt: number, newest: number): number {
    return this.core.calls.beginMessage(this.core.put(id), id.length, firstAppendAt, newest) >>> 0;
  }

  /** The message of the same ID whose window ended before this one's began and that is not gone; −1 without one. */
  previous(ref: number): number {
    if (this.#previous.size === 0) return -1;
    const previous = this.#previous.get(ref);
    return previous === undefined || this.isSet(previous, flag.gone) ? -1 : previous;
  }

  /** Of an ID's messages the one whose window began at `beganAt` or was found to begin earlier. `newest` is one. */
  begunAt(newest: number, beganAt: number): number {
    let message = newest;
    while (this.firstAppendAt(message) > beganAt && this.previous(message) >= 0) message = this.previous(message);
    return message;
  }

  /** The message that began first of those that are not gone, roughly: inputs may lag. −1 without one. */
  oldest(): number {
    return unsigned(this.core.calls.oldestMessage());
  }

  /** Of those that are not gone, in the order in which they began to be known. */
  *all(): Generator<number> {
    for (const slot of this.#slots) {
      const slab = this.#slabIn(slot);
      for (let cell = 0; cell < slab.count; cell++) {
        const ref = this.#refOf(slot, cell);
        if (!this.isSet(ref, flag.gone)) yield ref;
      }
    }
  }

  isSet(ref: number, bits: number): boolean {
    return (this.word(ref, i32.flags) & bits) !== 0;
  }

  set(ref: number, bits: number): void {
    this.core.words[this.#placeOf(ref) + i32.flags] = this.word(ref, i32.flags) | bits;
  }

  word(ref: number, field: number): number {
    return this.core.words[this.#placeOf(ref) + field] as number;
  }

  firstAppendAt(ref: number): number {
    return this.core.doubles[this.#placeOf(ref) / 2] as number;
  }

  slabOf(ref: number): Slab {
    return this.#slabIn(ref >>> this.#slabBits);
  }

  markGone(ref: number): void {
    this.core.calls.markGone(ref);
  }

  /** Blocks of the message's parked engagement, the newest first. The last block of its chain is its ID. */
  parkedBlocks(ref: number): number[] {
    const blocks: number[] = [];
    const { calls } = this.core;
    for (let at = this.word(ref, i32.open); at !== 0; at = calls.nextBlock(at)) blocks.push(at);
    return blocks.slice(0, -1);
  }

  /** The bytes of a block in the open arena; good until the core is called again. */
  block(block: number): Uint8Array {
    const start = this.core.calls.blockStart(block) >>> 0;
    return this.core.bytes.subarray(start, start + this.core.calls.blockLength(block));
  }

  /**
   * Seals the oldest slab whose messages all began before `before` and are mostly closed. Null where there is none.
   * The generation reads from `image` until it is told where else its bytes are.
   */
  seal(before: number): Sealing | null {
    const cold = this.#coldest(before);
    if (cold === null) return null;
    const { place, slot, fates } = cold;
    const image = encodeSealed(this.#slabIn(slot), fates, 1 << this.#slabBits);
    const generation = new SealedSlab(readImageHeader(image) as ImageHeader, inMemory(image));
    const carried: number[] = [];
    for (let cell = 0; cell < fates.length; cell++) {
      const ref = this.#refOf(slot, cell);
      if (fates[cell] === fate.carried) carried.push(this.#carry(ref));
      else if (fates[cell] === fate.sealed) this.core.calls.resize(-1);
    }
    this.core.calls.forgetSlab(place);
    this.addGeneration(generation);
    return { generation, image, carried };
  }

  /** A generation that is newer than all that are there. */
  addGeneration(generation: SealedSlab): void {
    this.generations.add(generation);
    this.#look();
  }

  /** Forgets generations whose messages all began before `time`. */
  dropBefore(time: number): void {
    this.generations.dropBefore(time);
    this.#look();
  }

  /** Begins a snapshot of this instant: take it part by part, then end it. One at a time. */
  beginSnapshot(): TableParts {
    const { calls } = this.core;
    const snapshot = new TableSnapshot(this.#slots.map((slot) => this.#slabIn(slot)));
    this.#snapshot = snapshot;
    this.#look();
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
      head: { slabBits: this.#slabBits, slots: this.#slots, chunks, previous: [...this.#previous] },
      // What is done with the parts may take long after the last: the arena need not wait for that.
      nextPart: () => nextChunk() ?? snapshot.next() ?? this.#endSnapshot(snapshot),
      end: () => void this.#endSnapshot(snapshot),
    };
  }

  #endSnapshot(snapshot: TableSnapshot): null {
    snapshot.end();
    if (this.#snapshot === snapshot) this.#snapshot = null;
    this.#look();
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
    if (slabBits !== this.#slabBits) return false;
    for (const { number, used } of chunks) {
      const part = await nextPart();
      if (part.length !== 4 * used) return false;
      const at = core.calls.restoreChunk(number, used);
      core.bytes.set(part, at >>> 0);
      core.calls.deadenChunk(number);
    }
    for (const [ref, older] of previous) this.#previous.set(ref, older);
    core.calls.reserveIndex(slots.length << this.#slabBits);
    for (const slot of slots) {
      const part = await nextPart();
      core.calls.addSlab(slot);
      if (!fillSlab(this.#slabIn(slot), part)) return false;
      core.calls.takeUp(slot);
    }
    return true;
  }

  /** The oldest slab that can be sealed, by its place in the order and its slot, and what becomes of its cells. */
  #coldest(before: number): { place: number; slot: number; fates: Uint8Array } | null {
    // The newest slab may still take messages.
    for (const [place, slot] of this.#slots.slice(0, -1).entries()) {
      const slab = this.#slabIn(slot);
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
    for (let cell = 0; cell < count; cell++) fates[cell] = this.#fateOf(this.#refOf(slot, cell));
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
    this.slabOf(ref).readCell(this.#cellOf(ref), cell);
    const moved = this.#settle(this.slabOf(ref), cell, flag.sealed | flag.carried);
    const { calls } = this.core;
    for (let block = this.word(moved, i32.open); block !== 0; block = calls.nextBlock(block)) {
      calls.adoptBlock(block, moved);
    }
    const before = this.#previous.get(ref);
    if (before !== undefined) this.#previous.set(moved, before).delete(ref);
    const newer = this.isSet(moved, flag.shadowed) ? this.#newerThan(ref) : -1;
    if (newer >= 0) this.#previous.set(newer, moved);
    return moved;
  }

  /** The message of the same ID whose `previous` it is; −1 without one. */
  #newerThan(ref: number): number {
    let newer = unsigned(this.core.calls.findRef(this.#hashAt(ref)));
    while (newer >= 0 && this.#previous.get(newer) !== ref) newer = this.#previous.get(newer) ?? -1;
    return newer;
  }

  /** Brings the message with the hash that was made last back from its generation; −1 where there is none. */
  #recall(): number {
    const found = this.generations.find(this.core.copyWords(this.core.calls.hashAt.value, 4));
    if (found === null) return -1;
    const flags = found.cell[i32.flags] as number;
    if ((flags & flag.carried) !== 0) {
      this.core.calls.nextTurn((flags >>> turnShift) + 1);
      return -1;
    }
    this.core.calls.resize(1);
    return this.#settle(found.slab, found.cell, flag.sealed);
  }

  /** Puts a message from elsewhere into the newest slab. */
  #settle(from: Parameters<typeof copyMessage>[0], cell: Int32Array, flags: number): number {
    const ref = this.core.calls.allocateCell() >>> 0;
    const slab = this.slabOf(ref);
    copyMessage(from, cell, slab, ref);
    this.set(ref, flags);
    slab.beganTo = Math.max(slab.beganTo, this.firstAppendAt(ref));
    if (!this.isSet(ref, flag.shadowed)) this.core.calls.putRef(this.#hashAt(ref), ref);
    return ref;
  }

  #forgot(slot: number, address: number): boolean {
    for (const [ref, previous] of this.#previous) {
      if (ref >>> this.#slabBits === slot || previous >>> this.#slabBits === slot) this.#previous.delete(ref);
    }
    this.#bands.forget(address);
    return this.#snapshot?.forgot(address) ?? false;
  }

  /** Tells the core what it need not ask for. */
  #look(): void {
    this.core.calls.watchTable(this.#snapshot !== null, this.generations.messageCount);
  }

  #putTwo(to: number, one: number, other: number): void {
    const { doubles } = this.core;
    doubles[to >>> 3] = one;
    doubles[(to >>> 3) + 1] = other;
  }

  /** Slots of live slabs, oldest first. */
  get #slots(): number[] {
    const { calls } = this.core;
    return Array.from({ length: calls.slabCount() }, (_, place) => calls.slotAt(place));
  }

  #slabIn(slot: number): Slab {
    return new Slab(this.core, this.core.calls.slabIn(slot));
  }

  #hashOf(ref: number): Int32Array {
    return this.core.copyWords(this.#hashAt(ref), 4);
  }

  /** Address of the hash in a cell. */
  #hashAt(ref: number): number {
    return this.core.calls.cellAt(ref) + 4 * i32.hash;
  }

  /** Where the words of a cell begin. */
  #placeOf(ref: number): number {
    return this.core.calls.cellAt(ref) >>> 2;
  }

  #cellOf(ref: number): number {
    return ref & ((1 << this.#slabBits) - 1);
  }

  #refOf(slot: number, cell: number): number {
    return ((slot << this.#slabBits) | cell) >>> 0;
  }
}

/** −1 stays what it is. */
function unsigned(ref: number): number {
  return ref === -1 ? -1 : ref >>> 0;
}
