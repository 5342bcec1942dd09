import { attemptWords, cellBytes, cellWords, i32, type Slab } from "./slab.ts";
import { contentOf, encodeImage } from "./slab-image.ts";

/** What a snapshot of a table says before its parts. */
export interface TableHead {
  /** A slab has 2^slabBits cells: refs are made of it, and filters are as large. */
  slabBits: number;
  /** Of the open arena, whose bytes come first. */
  chunks: { number: number; used: number }[];
  /** Of the slabs, whose images come then, oldest first. */
  slots: number[];
  /** Pairs of a message and the one of its ID's earlier window. */
  previous: [number, number][];
}

export interface TableParts {
  head: TableHead;
  /** Null after the last. Each takes milliseconds. */
  nextPart(): Uint8Array | null;
  end(): void;
}

/** What a slab was when the snapshot began. */
interface Pending {
  slab: Slab;
  cellCount: number;
  /** By cell: its twenty words, then pairs of an attempt and the one that hung on it. */
  changed: Map<number, Int32Array>;
  /** Pairs of words of the identities that were added since. */
  seen: number[];
}

/**
 * The slabs of a table as they were at one instant, while the table goes on: what a message was is kept before it changes
 * for the first time, until the image of its slab is made. What is only ever added to a slab does no harm.
 */
export class TableSnapshot {
  readonly #pending: Pending[];
  readonly #bySlab: Map<Slab, Pending>;

  constructor(slabs: readonly Slab[]) {
    this.#pending = slabs.map((slab) => ({ slab, cellCount: slab.count, changed: new Map(), seen: [] }));
    this.#bySlab = new Map(this.#pending.map((pending) => [pending.slab, pending]));
  }

  /** The message in this cell is about to change. */
  keep(slab: Slab, cell: number): void {
    const pending = this.#bySlab.get(slab);
    if (pending === undefined || cell >= pending.cellCount || pending.changed.has(cell)) return;
    const kept = Array.from(slab.words.subarray(cell * cellWords, (cell + 1) * cellWords));
    const attempt = new Int32Array(attemptWords);
    for (let at = kept[i32.lastAttempt] as number; at !== 0; at = attempt[4] as number) {
      slab.readAttempt(at, attempt);
      kept.push(at, attempt[4] as number);
    }
    pending.changed.set(cell, Int32Array.from(kept));
  }

  /** An identity was added to the slab's seen events. */
  saw(slab: Slab, high: number, low: number): void {
    this.#bySlab.get(slab)?.seen.push(high, low);
  }

  /** The image of the next slab, in the order given; null after the last one. Takes milliseconds. */
  next(): Uint8Array | null {
    const pending = this.#pending.shift();
    if (pending === undefined) return null;
    this.#bySlab.delete(pending.slab);
    const { slab, cellCount, changed, seen } = pending;
    const cells = slab.words.slice(0, cellCount * cellWords);
    const content = contentOf(slab);
    const attempts = content.attempts.slice();
    for (const [cell, kept] of changed) {
      cells.set(kept.subarray(0, cellWords), cell * cellWords);
      for (let at = cellWords; at < kept.length; at += 2) {
        attempts[((kept[at] as number) - 1) * attemptWords + 4] = kept[at + 1] as number;
      }
    }
    return encodeImage({
      ...content,
      cells: new Uint8Array(cells.buffer, 0, cellCount * cellBytes),
      attempts,
      seen: slab.seen.without(seen),
    });
  }
}
