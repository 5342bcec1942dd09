import { filterRows, GenerationFilter } from "./generation-filter.ts";
import type { SealedSlab } from "./sealed-slab.ts";
import { cellWords } from "./slab.ts";

interface Generation {
  slab: SealedSlab;
  /** The later, the newer. */
  order: number;
}

/** A message in a sealed generation. */
export interface SealedMessage {
  slab: SealedSlab;
  /** The words of its cell. */
  cell: Int32Array;
}

/** The sealed generations of a task, oldest first. */
export class Generations {
  readonly #filter: GenerationFilter;
  /** By their columns in the filter. */
  readonly #byColumn = new Map<number, Generation>();
  readonly #columns: number[] = [];
  #order = 0;
  #messages = 0;

  /** A generation has `cells` messages at the most. */
  constructor(cells: number) {
    this.#filter = new GenerationFilter(filterRows(cells));
  }

  /** Cells in them, those of messages that moved on included. */
  get messageCount(): number {
    return this.#messages;
  }

  /** Bytes held in memory. */
  get size(): number {
    return this.#filter.size;
  }

  /** Oldest first. */
  get all(): SealedSlab[] {
    return [...this.#byColumn.values()].sort((a, b) => a.order - b.order).map(({ slab }) => slab);
  }

  /** Newer than all that are there. */
  add(slab: SealedSlab): void {
    this.#byColumn.set(this.#filter.add(slab.filterBits()), { slab, order: this.#order++ });
    this.#messages += slab.header.cellCount;
  }

  /** Drops those whose messages all began before `time`. */
  dropBefore(time: number): void {
    for (const [column, { slab }] of this.#byColumn) {
      if (slab.header.beganTo >= time) continue;
      this.#filter.remove(column);
      this.#byColumn.delete(column);
      this.#messages -= slab.header.cellCount;
    }
  }

  /** The newest message with this hash; null where there is none. One that is marked as carried moved on to a live slab. */
  find(hash: Int32Array): SealedMessage | null {
    if (this.#byColumn.size === 0) return null;
    let newest: Generation | null = null;
    let found: SealedMessage | null = null;
    for (const generation of this.#candidates(hash)) {
      if (newest !== null && generation.order < newest.order) continue;
      const at = generation.slab.find(hash);
      if (at < 0) continue;
      const cell = new Int32Array(cellWords);
      generation.slab.readCell(at, cell);
      newest = generation;
      found = { slab: generation.slab, cell };
    }
    return found;
  }

  /** Whether a message with this hash saw an event of this identity before it was sealed. */
  sees(hash: Int32Array, high: number, low: number): boolean {
    return this.#candidates(hash).some(({ slab }) => slab.sees(high, low));
  }

  #candidates(hash: Int32Array): Generation[] {
    const count = this.#filter.find(hash, this.#columns);
    if (count === 0) return none;
    return this.#columns.slice(0, count).map((column) => this.#byColumn.get(column) as Generation);
  }
}

const none: Generation[] = [];
