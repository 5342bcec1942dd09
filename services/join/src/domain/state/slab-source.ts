import type { ByteWriter } from "./byte-writer.ts";

/** Messages in the layout of a slab, wherever they are: a live slab or a sealed generation. */
export interface SlabSource {
  /** The words of a cell. */
  readCell(cell: number, into: Int32Array): void;
  /** The words of an attempt, which is named by its place + 1. */
  readAttempt(attempt: number, into: Int32Array): void;
  /** The four words of a route. */
  readRoute(route: number, into: Int32Array): void;
  /** Appends the bytes of a word of the dictionary. */
  readText(word: number, to: ByteWriter): void;
}
