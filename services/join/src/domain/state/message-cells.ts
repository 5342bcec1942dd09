import type { SettingsLookup } from "../settings.ts";
import { copyMessage } from "./copy-message.ts";
import { Core } from "./core.ts";
import { Generations } from "./generations.ts";
import type { SealedSlab } from "./sealed-slab.ts";
import { cellWord, firstAppendAt, flag, hashWords, Slab, turnShift } from "./slab.ts";
import type { SlabSource } from "./slab-source.ts";
import type { TableSnapshot } from "./table-snapshot.ts";
import { BandsOfWords, vendorOf, waitsOf } from "./word-settings.ts";

/** The messages in a core, and what the core asks of its owner. A message is named by its ref. */
export class MessageCells {
  readonly core: Core;
  readonly generations: Generations;
  protected readonly slabBits: number;
  /** For messages whose ID had an earlier window that is not dropped yet: the message of that window. */
  protected readonly earlier: Map<number, number> = new Map<number, number>();
  readonly #bands = new BandsOfWords();
  #settings: SettingsLookup | null = null;
  protected snapshot: TableSnapshot | null = null;
  #onFull: () => void = () => {};

  /** A slab has 2^slabBits cells, a chunk of the open arena 2^arenaBits words. */
  constructor(slabBits = 15, arenaBits = 18) {
    this.slabBits = slabBits;
    this.generations = new Generations(1 << slabBits);
    this.core = new Core({
      recall: () => this.#recall(),
      sawSealed: (ref, high, low) => this.generations.sees(this.#hashOf(ref >>> 0), high, low),
      previousOf: (ref) => this.previous(ref >>> 0),
      follows: (ref, earlier) => void this.earlier.set(ref >>> 0, earlier >>> 0),
      forgot: (slot, slab) => this.#forgot(slot, slab >>> 0),
      keep: (ref) => this.snapshot?.keep(this.slabOf(ref >>> 0).address, this.cellOf(ref >>> 0)),
      saw: (ref, high, low) => this.snapshot?.saw(this.slabOf(ref >>> 0).address, high, low),
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
    this.look();
    return unsigned(this.core.calls.findMessage(this.core.put(id), id.length));
  }

  /** A new message of the ID that `find` was asked for just now and gave `newest` for. Its ID is kept in the open arena. */
  begin(id: Uint8Array, firstAppendAt: number, newest: number): number {
    return this.core.calls.beginMessage(this.core.put(id), id.length, firstAppendAt, newest) >>> 0;
  }

  /** The message of the same ID whose window ended before this one's began and that is not gone; −1 without one. */
  previous(ref: number): number {
    if (this.earlier.size === 0) return -1;
    const previous = this.earlier.get(ref);
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
    for (const slot of this.slots) {
      const slab = this.slabIn(slot);
      for (let cell = 0; cell < slab.count; cell++) {
        const ref = this.refOf(slot, cell);
        if (!this.isSet(ref, flag.gone)) yield ref;
      }
    }
  }

  isSet(ref: number, bits: number): boolean {
    return (this.word(ref, cellWord.flags) & bits) !== 0;
  }

  set(ref: number, bits: number): void {
    this.core.words[this.#placeOf(ref) + cellWord.flags] = this.word(ref, cellWord.flags) | bits;
  }

  word(ref: number, field: number): number {
    return this.core.words[this.#placeOf(ref) + field] as number;
  }

  firstAppendAt(ref: number): number {
    return firstAppendAt(this.core.words, this.#placeOf(ref));
  }

  slabOf(ref: number): Slab {
    return this.slabIn(ref >>> this.slabBits);
  }

  markGone(ref: number): void {
    this.core.calls.markGone(ref);
  }

  /** Blocks of the message's parked engagement, the newest first. The last block of its chain is its ID. */
  parkedBlocks(ref: number): number[] {
    const blocks: number[] = [];
    const { calls } = this.core;
    for (let at = this.word(ref, cellWord.open); at !== 0; at = calls.nextBlock(at)) blocks.push(at);
    return blocks.slice(0, -1);
  }

  /** The bytes of a block in the open arena; good until the core is called again. */
  block(block: number): Uint8Array {
    const start = this.core.calls.blockStart(block) >>> 0;
    return this.core.bytes.subarray(start, start + this.core.calls.blockLength(block));
  }

  /** A generation that is newer than all that are there. */
  addGeneration(generation: SealedSlab): void {
    this.generations.add(generation);
    this.look();
  }

  /** Forgets generations whose messages all began before `time`. */
  dropBefore(time: number): void {
    this.generations.dropBefore(time);
    this.look();
  }

  /** Brings the message with the hash that was made last back from its generation; −1 where there is none. */
  #recall(): number {
    const found = this.generations.find(this.core.copyWords(this.core.calls.hashAt.value, hashWords));
    if (found === null) return -1;
    const flags = found.cell[cellWord.flags] as number;
    if ((flags & flag.carried) !== 0) {
      this.core.calls.nextTurn((flags >>> turnShift) + 1);
      return -1;
    }
    this.core.calls.resize(1);
    return this.settle(found.slab, found.cell, flag.sealed);
  }

  /** Puts a message from elsewhere into the newest slab. */
  protected settle(from: SlabSource, cell: Int32Array, flags: number): number {
    const ref = this.core.calls.allocateCell() >>> 0;
    const slab = this.slabOf(ref);
    copyMessage(from, cell, slab, ref);
    this.set(ref, flags);
    slab.beganTo = Math.max(slab.beganTo, this.firstAppendAt(ref));
    if (!this.isSet(ref, flag.shadowed)) this.core.calls.putRef(this.hashAt(ref), ref);
    return ref;
  }

  #forgot(slot: number, address: number): boolean {
    for (const [ref, previous] of this.earlier) {
      if (ref >>> this.slabBits === slot || previous >>> this.slabBits === slot) this.earlier.delete(ref);
    }
    this.#bands.forget(address);
    return this.snapshot?.forgot(address) ?? false;
  }

  /** Tells the core what it need not ask for. */
  protected look(): void {
    this.core.calls.watchTable(this.snapshot !== null, this.generations.messageCount);
  }

  #putTwo(to: number, one: number, other: number): void {
    const { doubles } = this.core;
    doubles[to >>> 3] = one;
    doubles[(to >>> 3) + 1] = other;
  }

  /** Slots of live slabs, oldest first. */
  protected get slots(): number[] {
    const { calls } = this.core;
    return Array.from({ length: calls.slabCount() }, (_, place) => calls.slotAt(place));
  }

  protected slabIn(slot: number): Slab {
    return new Slab(this.core, this.core.calls.slabIn(slot));
  }

  #hashOf(ref: number): Int32Array {
    return this.core.copyWords(this.hashAt(ref), hashWords);
  }

  /** Address of the hash in a cell. */
  protected hashAt(ref: number): number {
    return this.core.calls.cellAt(ref) + 4 * cellWord.hash;
  }

  /** Where the words of a cell begin. */
  #placeOf(ref: number): number {
    return this.core.calls.cellAt(ref) >>> 2;
  }

  protected cellOf(ref: number): number {
    return ref & ((1 << this.slabBits) - 1);
  }

  protected refOf(slot: number, cell: number): number {
    return ((slot << this.slabBits) | cell) >>> 0;
  }
}

/** −1 stays what it is. */
export function unsigned(ref: number): number {
  return ref === -1 ? -1 : ref >>> 0;
}
