import { zeroed } from "./bytes";
import { cellAt } from "./cells";
import { Cell } from "./slab";

// The tables of the index, found by the lower bits of a hash's last word in a directory of 2^depth places. A table doubles
// until it has `slotsMax` slots; a full one of that size shares its entries with a new one by one more bit of that word. So
// growing moves some thousand entries at a time, and leaves no tables of other sizes behind, whose memory nobody could use.
// A slot has ref + 1 in its lower 28 bits; 0 where empty.

export const refMask: i32 = 0x0fff_ffff;

export function refIn(slot: i32): i32 {
  return (slot & refMask) - 1;
}

/** Where the hash of a slot's message stands. */
export function hashIn(slot: i32): usize {
  return cellAt(refIn(slot)) + Cell.hash;
}

/** A place of the directory, in bytes. */
export namespace Place {
  export const table: usize = 0;
  export const slots: usize = 4;
  /** In how many bits all that is in the table agrees: it has one of 2^bits places, the first of which counts its entries. */
  export const bits: usize = 8;
  export const count: usize = 12;
}
const placeBytes: usize = 16;

const slotsMin: i32 = 16;
const slotsMax: i32 = 4_096;
/** Of IDs that were made to agree in more bits the tables double. */
const depthMax: i32 = 18;

let depth: i32 = 0;
let directory: usize = 0;

function placeAt(number: i32): usize {
  return directory + <usize>number * placeBytes;
}

function numberOf(place: usize): i32 {
  return <i32>((place - directory) / placeBytes);
}

export function placeOf(hash: usize): usize {
  return placeAt(load<i32>(hash, 8) & ((1 << depth) - 1));
}

/** The place that counts the entries of a hash's table. */
export function firstPlaceOf(hash: usize): usize {
  const word = load<i32>(hash, 8);
  return placeAt(word & ((1 << load<i32>(placeOf(hash), Place.bits)) - 1));
}

function isFirst(number: i32): bool {
  return number >>> load<i32>(placeAt(number), Place.bits) == 0;
}

/** Makes room for so many before the first is put. */
export function reserveIndex(count: i32): void {
  for (let number = 0; directory != 0 && number < 1 << depth; number++) {
    if (isFirst(number)) heap.free(load<usize>(placeAt(number), Place.table));
  }
  if (directory != 0) heap.free(directory);
  // Below what the first tables to be full would take.
  const slotsWanted = (<f64>count * 3) / 2;
  let slots = slotsMin;
  while (slots < slotsMax && <f64>slots < slotsWanted) slots *= 2;
  for (depth = 0; depth < depthMax && <f64>slots * <f64>(1 << depth) < slotsWanted;) depth++;
  directory = heap.alloc(placeBytes << depth);
  for (let number = 0; number < 1 << depth; number++) newTable(number, slots, depth);
}

/** Bytes held. */
export function indexBytes(): f64 {
  let sum = <f64>(placeBytes << depth);
  for (let number = 0; number < 1 << depth; number++) {
    if (isFirst(number)) sum += <f64>load<i32>(placeAt(number), Place.slots) * 4;
  }
  return sum;
}

/** An empty table for a place, and for all that agree with it in so many bits. */
function newTable(number: i32, slots: i32, bits: i32): void {
  const first = placeAt(number);
  store<usize>(first, zeroed((<usize>slots) << 2), Place.table);
  store<i32>(first, slots, Place.slots);
  store<i32>(first, bits, Place.bits);
  store<i32>(first, 0, Place.count);
  for (let other = number + (1 << bits); other < 1 << depth; other += 1 << bits) {
    memory.copy(placeAt(other), first, placeBytes);
  }
}

/**
 * Of the slots of a table 44 to 51 of 64 are taken at the most, by the lowest bits of its number, which stay when it divides:
 * so that not all tables are full at the same time.
 */
export function isFull(first: usize): bool {
  return load<i32>(first, Place.count) * 64 > load<i32>(first, Place.slots) * (44 + (numberOf(first) & 7));
}

/** Makes room in the table whose first place is given, which is void afterwards. */
export function makeRoom(first: usize): void {
  const number = numberOf(first);
  const entries = gathered(first);
  const end = entries + <usize>load<i32>(first, Place.count) * entryBytes;
  if (load<i32>(first, Place.slots) < slotsMax || load<i32>(first, Place.bits) == depthMax) enlarge(number);
  else divide(number);
  const mask = (1 << load<i32>(placeAt(number), Place.bits)) - 1;
  for (let at = entries; at < end; at += entryBytes) insert(placeAt(load<i32>(at, 8) & mask), at);
  heap.free(entries);
}

/** Puts an empty table of twice the slots in the place of one. */
function enlarge(number: i32): void {
  const first = placeAt(number);
  heap.free(load<usize>(first, Place.table));
  newTable(number, 2 * load<i32>(first, Place.slots), load<i32>(first, Place.bits));
}

/** Empties a table, and puts another beside it. */
function divide(number: i32): void {
  const bits = load<i32>(placeAt(number), Place.bits);
  if (bits == depth) doubleDirectory();
  heap.free(load<usize>(placeAt(number), Place.table));
  newTable(number, slotsMax, bits + 1);
  newTable(number | (1 << bits), slotsMax, bits + 1);
}

/** An entry, and the first and the last word of its hash. */
const entryBytes: usize = 12;

/** What is in a table. All hashes are asked for before any is needed: memory answers many questions in the time of one. */
function gathered(first: usize): usize {
  const table = load<usize>(first, Place.table);
  const end = table + ((<usize>load<i32>(first, Place.slots)) << 2);
  const entries = heap.alloc(<usize>load<i32>(first, Place.count) * entryBytes);
  let to = entries;
  for (let at = table; at < end; at += 4) {
    const entry = load<i32>(at);
    if (entry == 0) continue;
    const hash = hashIn(entry);
    store<i32>(to, entry);
    store<i32>(to, load<i32>(hash), 4);
    store<i32>(to, load<i32>(hash, 8), 8);
    to += entryBytes;
  }
  return entries;
}

/** Puts one of `gathered` into a table. */
function insert(first: usize, gathered: usize): void {
  const table = load<usize>(first, Place.table);
  const mask = load<i32>(first, Place.slots) - 1;
  let slot = load<i32>(gathered, 4) & mask;
  while (load<i32>(table + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
  store<i32>(table + ((<usize>slot) << 2), load<i32>(gathered));
  store<i32>(first, load<i32>(first, Place.count) + 1, Place.count);
}

/** Eight tables: some twenty thousand messages. */
const depthOfMany: i32 = 3;
const bytesInAdvance: usize = 128 * 1024 * 1024;

/**
 * Has memory grow at once by what a task of a million messages takes: one that has thousands will have more. By
 * itself memory doubles, and V8 collects garbage each time: it counts a new Buffer of the whole length before the old one
 * is gone. What is not used takes no memory.
 */
function growInAdvance(): void {
  heap.free(heap.alloc(bytesInAdvance));
}

function doubleDirectory(): void {
  const bytes = placeBytes << depth;
  const doubled = heap.alloc(2 * bytes);
  memory.copy(doubled, directory, bytes);
  memory.copy(doubled + bytes, directory, bytes);
  heap.free(directory);
  directory = doubled;
  if (++depth == depthOfMany) growInAdvance();
}

reserveIndex(0);
