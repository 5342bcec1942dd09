import { zeroed } from "./bytes";

// A slab as its owner reads it too (src/domain/state/slab.ts): two times, then words, in this order.

/**
 * Messages that began one after the other, with all that lives as long as they do: their cells, attempts, identities of
 * seen events, and the words that repeat among them. Dropped as a whole.
 */
@unmanaged
export class Slab {
  /** The latest append time at which one of its messages began. */
  beganTo: f64;
  /** The append time before which it is not worth a look whether it can be sealed. */
  sealedFrom: f64;
  /** At a multiple of a cell's bytes. */
  cells: usize;
  /** Cells that were given out. */
  count: i32;
  attempts: usize;
  attemptCount: i32;
  attemptRoom: i32;
  seen: usize;
  /** Two words an entry; both zero where empty. */
  seenWords: i32;
  seenCount: i32;
  texts: usize;
  textBytes: i32;
  textRoom: i32;
  /** Where each text ends; it starts where the one before it ends. */
  textEnds: usize;
  textCount: i32;
  textEndsRoom: i32;
  /** Open addressing: number + 1, 0 where empty. */
  textSlots: usize;
  textSlotCount: i32;
  routes: usize;
  routeCount: i32;
  routeRoom: i32;
  routeSlots: usize;
  routeSlotCount: i32;
  /** By the word of an origin: settle and send hold, both NaN where they were not asked for. */
  waits: usize;
  waitsRoom: i32;
  /** By the word of an MX host: where the encoded name of its filter vendor stands, 0 where it was not asked for. */
  vendors: usize;
  vendorsRoom: i32;
  /** What `cells` is in, as it was taken and is given back. */
  cellsBlock: usize;
}

/**
 * A cell: a line of the processor's caches, and it stands in one. The fields' places in bytes. Who reads the packed ones is
 * in cell-fields.ts.
 */
export namespace Cell {
  export const bytes: usize = 64;
  /** The first three words of the hash of the message's ID. */
  export const hash: usize = 0;
  /** Flags; the upper ten bits of `sendOccurredAt`; the message's turn. */
  export const flags: usize = 12;
  export const recipientHash: usize = 16;
  /** Lower word; the ten bits above it are those that `sendWord` and `sendDomain` leave. */
  export const firstAppendAt: usize = 32;
  /** Lower word. */
  export const sendOccurredAt: usize = 36;
  /** ms since `firstAppendAt`. */
  export const sendAppended: usize = 40;
  /** A number of a text in the lower 27 bits, as in the next. */
  export const sendWord: usize = 44;
  export const sendDomain: usize = 48;
  /** The outcome, else the attempt with the highest ordinal, as its place + 1; 0 for neither (attempts.ts). Five bits are free. */
  export const attempts: usize = 52;
  /** ms since `firstAppendAt`. */
  export const outcomeAppended: usize = 56;
  /** Newest block in the open arena; 0 for none. */
  export const open: usize = 60;
}

/** Texts, routes and attempts of a slab have numbers of so many bits; memory is full before there are as many. */
export const numberBits: i32 = 27;
export const numberMask: i32 = 0x07ff_ffff;

/** Bytes of an attempt. */
export const attemptBytes: usize = 16;

export namespace Flag {
  export const closed: i32 = 1;
  export const rowWritten: i32 = 2;
  export const send: i32 = 4;
  export const gone: i32 = 8;
  /** Earlier events of the message are in sealed generations. */
  export const sealed: i32 = 16;
  /** Moved out of a slab that was sealed: its window ends by a timer. */
  export const carried: i32 = 32;
  /** A newer message of the same ID began after this one's window. */
  export const shadowed: i32 = 64;
}

/** Above the flags and the send's time: how many messages of the same ID came before it, as far as they were known. */
export const turnShift: i32 = 17;

/** An empty slab with room for so many cells, and at first for so many attempts and seen events. */
export function newSlab(cells: i32, attempts: i32, seen: i32): Slab {
  const slab = changetype<Slab>(zeroed(offsetof<Slab>()));
  slab.beganTo = -Infinity;
  slab.sealedFrom = -Infinity;
  // A cell is cleared when it is given out.
  slab.cellsBlock = heap.alloc(blockBytes(cells));
  slab.cells = (slab.cellsBlock + Cell.bytes - 1) & ~(Cell.bytes - 1);
  slab.attemptRoom = max(64, attempts + (attempts >> 6));
  slab.attempts = heap.alloc(<usize>slab.attemptRoom * attemptBytes);
  // Filled to five sixths, so that some more may come before it grows.
  slab.seenWords = max(64, 2 * (seen + seen / 5));
  slab.seen = zeroed((<usize>slab.seenWords) << 2);
  slab.textRoom = 1024;
  slab.texts = heap.alloc(1024);
  slab.textEndsRoom = 64;
  slab.textEnds = heap.alloc(64 * 4);
  slab.textSlotCount = 128;
  slab.textSlots = zeroed(128 * 4);
  slab.routeRoom = 64;
  slab.routes = heap.alloc(64 * 16);
  slab.routeSlotCount = 128;
  slab.routeSlots = zeroed(128 * 4);
  return slab;
}

/** One cell more: the heap's own addresses are multiples of 16. */
function blockBytes(cells: i32): usize {
  return <usize>(cells + 1) * Cell.bytes;
}

export function freeSlab(slab: Slab): void {
  heap.free(slab.cellsBlock);
  heap.free(slab.attempts);
  heap.free(slab.seen);
  heap.free(slab.texts);
  heap.free(slab.textEnds);
  heap.free(slab.textSlots);
  heap.free(slab.routes);
  heap.free(slab.routeSlots);
  if (slab.waits != 0) heap.free(slab.waits);
  if (slab.vendors != 0) heap.free(slab.vendors);
  heap.free(changetype<usize>(slab));
}

/** Bytes held by it. */
export function slabBytes(slab: Slab, cells: i32): f64 {
  const words = slab.attemptRoom * 4 + slab.seenWords + slab.textEndsRoom + slab.textSlotCount;
  const more = slab.routeRoom * 4 + slab.routeSlotCount + slab.waitsRoom * 4 + slab.vendorsRoom;
  return <f64>blockBytes(cells) + <f64>(words + more) * 4 + slab.textRoom;
}

/** Gives an empty slab so many attempts and a table of so many words for seen events, which are still to be written. */
export function fillSlab(slab: Slab, attempts: i32, seenWords: i32): void {
  heap.free(slab.attempts);
  slab.attemptCount = attempts;
  slab.attemptRoom = max(64, attempts);
  slab.attempts = heap.alloc(<usize>slab.attemptRoom * attemptBytes);
  heap.free(slab.seen);
  slab.seenWords = seenWords;
  slab.seen = heap.alloc((<usize>seenWords) << 2);
}
