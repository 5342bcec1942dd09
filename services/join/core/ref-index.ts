import { cellAt } from "./cells";
import { broken } from "./host";
import { firstPlaceOf, hashIn, isFull, makeRoom, Place, placeOf, refIn, refMask } from "./ref-tables";
import { Cell } from "./slab";

// From the hash of a message ID to its cell, by open addressing. Above the ref in a slot stands a mark that tells most other
// cells apart without a look at them.

const markMask: i32 = ~refMask;

/** The message with the hash that stands at an address; −1 where there is none. */
export function findRef(hash: usize): i32 {
  const place = placeOf(hash);
  const table = load<usize>(place, Place.table);
  const mask = load<i32>(place, Place.slots) - 1;
  const mark = load<i32>(hash, 4) & markMask;
  let slot = load<i32>(hash) & mask;
  while (true) {
    const entry = load<i32>(table + ((<usize>slot) << 2));
    if (entry == 0) return -1;
    if ((entry & markMask) == mark && hasHash(refIn(entry), hash)) return refIn(entry);
    slot = (slot + 1) & mask;
  }
}

/** Where the search for a hash begins. */
export function slotOf(hash: usize): usize {
  const place = placeOf(hash);
  const mask = load<i32>(place, Place.slots) - 1;
  return load<usize>(place, Place.table) + ((<usize>(load<i32>(hash) & mask)) << 2);
}

/** The first message on the way of the search for a hash that may be the one; −1 where the first slots have none. */
export function likelyRef(hash: usize): i32 {
  const place = placeOf(hash);
  const last = load<i32>(place, Place.slots) - 4;
  const table = load<usize>(place, Place.table);
  const mark = i32x4.splat(load<i32>(hash, 4) & markMask);
  let slot = load<i32>(hash) & (last + 3);
  for (const end = min(last, slot + 12); slot <= end; slot += 4) {
    const at = table + ((<usize>slot) << 2);
    const entries = v128.load(at);
    const ends = i32x4.eq(entries, i32x4.splat(0));
    const marked = i32x4.eq(v128.and(entries, i32x4.splat(markMask)), mark);
    const bits = i32x4.bitmask(v128.or(ends, marked));
    if (bits != 0) return refIn(load<i32>(at + ((<usize>ctz(bits)) << 2)));
  }
  return -1;
}

/** Puts a message under the hash that stands at an address, in the place of the one that was there. */
export function putRef(hash: usize, ref: i32): void {
  if (ref >= refMask) broken(2);
  const first = firstPlaceOf(hash);
  const table = load<usize>(first, Place.table);
  const mask = load<i32>(first, Place.slots) - 1;
  const mark = load<i32>(hash, 4) & markMask;
  for (let slot = load<i32>(hash) & mask; ; slot = (slot + 1) & mask) {
    const at = table + ((<usize>slot) << 2);
    const entry = load<i32>(at);
    if (entry != 0 && ((entry & markMask) != mark || !hasHash(refIn(entry), hash))) continue;
    store<i32>(at, mark | (ref + 1));
    if (entry != 0) return;
    store<i32>(first, load<i32>(first, Place.count) + 1, Place.count);
    if (isFull(first)) makeRoom(first);
    return;
  }
}

/** Takes a message out if it is the one under its hash. */
export function removeRef(hash: usize, ref: i32): void {
  const first = firstPlaceOf(hash);
  const table = load<usize>(first, Place.table);
  const mask = load<i32>(first, Place.slots) - 1;
  let slot = load<i32>(hash) & mask;
  for (; ; slot = (slot + 1) & mask) {
    const entry = load<i32>(table + ((<usize>slot) << 2));
    if (entry == 0) return;
    if ((entry & refMask) == ref + 1) break;
  }
  store<i32>(first, load<i32>(first, Place.count) - 1, Place.count);
  // What stands behind moves up where its home allows, so that no search ends too early.
  for (let next = (slot + 1) & mask; ; next = (next + 1) & mask) {
    const entry = load<i32>(table + ((<usize>next) << 2));
    if (entry == 0) break;
    const home = load<i32>(hashIn(entry)) & mask;
    if (((next - home) & mask) < ((next - slot) & mask)) continue;
    store<i32>(table + ((<usize>slot) << 2), entry);
    slot = next;
  }
  store<i32>(table + ((<usize>slot) << 2), 0);
}

export function hasHash(ref: i32, hash: usize): bool {
  const own = cellAt(ref) + Cell.hash;
  return load<u64>(own) == load<u64>(hash) && load<u32>(own, 8) == load<u32>(hash, 8);
}
