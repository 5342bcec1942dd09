import { withoutSeen } from "./seen-set.ts";
import { attemptWord, attemptWords, cellBytes, cellWord, cellWords, numberIn, type Slab } from "./slab.ts";
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
  /** By cell: its words, then pairs of an attempt and its word for the one that hung on it. */
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
  /** By the slab's address. */
  readonly #byAddress: Map<number, Pending>;
  readonly #forgotten = new Set<number>();

  constructor(slabs: readonly Slab[]) {
    this.#pending = slabs.map((slab) => ({ slab, cellCount: slab.count, changed: new Map(), seen: [] }));
    this.#byAddress = new Map(this.#pending.map((pending) => [pending.slab.address, pending]));
  }

  /** The message in this cell is about to change. */
  keep(address: number, cell: number): void {
    const pending = this.#byAddress.get(address);
    if (pending === undefined || cell >= pending.cellCount || pending.changed.has(cell)) return;
    const { slab } = pending;
    const kept = Array.from(slab.cells.subarray(cell * cellWords, (cell + 1) * cellWords));
    const attempt = new Int32Array(attemptWords);
    for (let at = kept[cellWord.attempts] as number; at !== 0;) {
      slab.readAttempt(at, attempt);
      const below = attempt[attemptWord.below] as number;
      kept.push(at, below);
      at = numberIn(below);
    }
    pending.changed.set(cell, Int32Array.from(kept));
  }

  /** An identity was added to the slab's seen events. */
  saw(address: number, high: number, low: number): void {
    this.#byAddress.get(address)?.seen.push(high, low);
  }

  /** A slab is out of the table. True where its image is still to be made: its memory is freed after that. */
  forgot(address: number): boolean {
    const isPending = this.#byAddress.has(address);
    if (isPending) this.#forgotten.add(address);
    return isPending;
  }

  /** No more images: slabs that were kept for them are freed. */
  end(): void {
    for (const { slab } of this.#pending.splice(0)) this.#letGo(slab);
  }

  #letGo(slab: Slab): void {
    this.#byAddress.delete(slab.address);
    if (this.#forgotten.delete(slab.address)) slab.core.calls.freeSlab(slab.address);
  }

  /** The image of the next slab, in the order given; null after the last one. Takes milliseconds. */
  next(): Uint8Array | null {
    const pending = this.#pending.shift();
    if (pending === undefined) return null;
    const { slab, cellCount, changed, seen } = pending;
    const cells = new Int32Array(slab.cells.subarray(0, cellCount * cellWords));
    const content = contentOf(slab);
    const attempts = content.attempts.slice();
    for (const [cell, kept] of changed) {
      cells.set(kept.subarray(0, cellWords), cell * cellWords);
      for (let at = cellWords; at < kept.length; at += 2) {
        attempts[((kept[at] as number) - 1) * attemptWords + attemptWord.below] = kept[at + 1] as number;
      }
    }
    const image = encodeImage({
      ...content,
      cells: new Uint8Array(cells.buffer, 0, cellCount * cellBytes),
      attempts,
      seen: withoutSeen(slab.seen, seen),
      seenCount: slab.seenCount - seen.length / 2,
    });
    this.#letGo(slab);
    return image;
  }
}
