import { assert } from "../assert.ts";

/** Where the cells are: tells whether one has the hash that is looked for, and gives the word to find its home by. */
export interface Hashed {
  hasHash(ref: number, hash: Int32Array): boolean;
  hashWord(ref: number): number;
}

const tableCount = 256;
const slotsMin = 16;
/** A slot has ref + 1 in its lower 28 bits, and above them a mark that tells most other cells apart without a look at them. */
const refMask = 0x0fff_ffff;
const markMask = 0xf000_0000 | 0;

/**
 * From the hash of a message ID to its cell: 256 open-addressing tables of 4 bytes a slot, chosen by the hash's last word.
 * Each grows by itself, so that no growth moves more than a 256th of all.
 */
export class RefIndex {
  readonly #cells: Hashed;
  /** 0 where empty. */
  readonly #tables: Int32Array[] = Array.from({ length: tableCount }, () => new Int32Array(slotsMin));
  readonly #counts = new Int32Array(tableCount);

  constructor(cells: Hashed) {
    this.#cells = cells;
  }

  get size(): number {
    return this.#tables.reduce((sum, table) => sum + table.byteLength, 0);
  }

  /** Makes room for so many before the first is put. */
  reserve(count: number): void {
    const slots = Math.max(slotsMin, 2 ** Math.ceil(Math.log2((count * 4) / 3 / tableCount + 1)));
    for (let number = 0; number < tableCount; number++) this.#tables[number] = new Int32Array(slots);
  }

  /** −1 where there is none. */
  find(hash: Int32Array): number {
    const table = this.#tables[tableOf(hash)] as Int32Array;
    const mask = table.length - 1;
    const mark = (hash[1] as number) & markMask;
    for (let slot = (hash[0] as number) & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot] as number;
      if (entry === 0) return -1;
      if ((entry & markMask) !== mark) continue;
      const ref = (entry & refMask) - 1;
      if (this.#cells.hasHash(ref, hash)) return ref;
    }
  }

  /** Puts the cell under its hash, in the place of the one that was there. */
  put(hash: Int32Array, ref: number): void {
    assert(ref < refMask, "a task holds more messages than its index can name");
    const number = tableOf(hash);
    const table = this.#tables[number] as Int32Array;
    const mask = table.length - 1;
    const mark = (hash[1] as number) & markMask;
    for (let slot = (hash[0] as number) & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot] as number;
      if (entry !== 0 && ((entry & markMask) !== mark || !this.#cells.hasHash((entry & refMask) - 1, hash))) continue;
      table[slot] = mark | (ref + 1);
      if (entry === 0 && ++(this.#counts[number] as number) * 4 > table.length * 3) this.#grow(number);
      return;
    }
  }

  /** Takes the cell out if it is the one under its hash. */
  remove(hash: Int32Array, ref: number): void {
    const number = tableOf(hash);
    const table = this.#tables[number] as Int32Array;
    const mask = table.length - 1;
    let slot = (hash[0] as number) & mask;
    while (((table[slot] as number) & refMask) !== ref + 1) {
      if (table[slot] === 0) return;
      slot = (slot + 1) & mask;
    }
    (this.#counts[number] as number)--;
    // What stands behind moves up where its home allows, so that no search ends too early.
    for (let next = (slot + 1) & mask; table[next] !== 0; next = (next + 1) & mask) {
      const home = this.#cells.hashWord(((table[next] as number) & refMask) - 1) & mask;
      if (((next - home) & mask) < ((next - slot) & mask)) continue;
      table[slot] = table[next] as number;
      slot = next;
    }
    table[slot] = 0;
  }

  #grow(number: number): void {
    const old = this.#tables[number] as Int32Array;
    const table = new Int32Array(2 * old.length);
    const mask = table.length - 1;
    for (const entry of old) {
      if (entry === 0) continue;
      let slot = this.#cells.hashWord((entry & refMask) - 1) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
    this.#tables[number] = table;
  }
}

function tableOf(hash: Int32Array): number {
  return (hash[3] as number) & (tableCount - 1);
}
