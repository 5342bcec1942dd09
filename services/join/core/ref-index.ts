import { zeroed } from "./bytes";
import { cellAt } from "./cells";
import { broken } from "./host";
import { Cell } from "./slab";

// From the hash of a message ID to its cell: 256 open-addressing tables of 4 bytes a slot, chosen by the hash's last word.
// Each grows by itself, so that no growth moves more than a 256th of all. A slot has ref + 1 in its lower 28 bits, and above
// them a mark that tells most other cells apart without a look at them; 0 where empty.

const tableCount: usize = 256;
const slotsMin = 16;
const refMask: i32 = 0x0fff_ffff;
const markMask: i32 = 0xf000_0000;

const tables: usize = memory.data(256 * 4, 8);
const slotCounts: usize = memory.data(256 * 4, 8);
const entryCounts: usize = memory.data(256 * 4, 8);

/** Makes room for so many before the first is put. */
export function reserveIndex(count: i32): void {
  let slots = slotsMin;
  while (<f64>slots * 3 * <f64>tableCount < <f64>count * 4) slots *= 2;
  for (let number: usize = 0; number < tableCount * 4; number += 4) {
    const before = load<usize>(tables + number);
    if (before != 0) heap.free(before);
    store<usize>(tables + number, zeroed((<usize>slots) << 2));
    store<i32>(slotCounts + number, slots);
    store<i32>(entryCounts + number, 0);
  }
}

/** Bytes held. */
export function indexBytes(): f64 {
  let sum: f64 = 0;
  for (let number: usize = 0; number < tableCount * 4; number += 4) sum += <f64>load<i32>(slotCounts + number) * 4;
  return sum;
}

/** The message with the hash that stands at an address; −1 where there is none. */
export function findRef(hash: usize): i32 {
  const number = tableOf(hash);
  const table = load<usize>(tables + number);
  const mask = load<i32>(slotCounts + number) - 1;
  const mark = load<i32>(hash, 4) & markMask;
  let slot = load<i32>(hash) & mask;
  while (true) {
    const entry = load<i32>(table + ((<usize>slot) << 2));
    if (entry == 0) return -1;
    const ref = (entry & refMask) - 1;
    if ((entry & markMask) == mark && hasHash(ref, hash)) return ref;
    slot = (slot + 1) & mask;
  }
}

/** Where the search for a hash begins. */
export function slotOf(hash: usize): usize {
  const number = tableOf(hash);
  const mask = load<i32>(slotCounts + number) - 1;
  return load<usize>(tables + number) + ((<usize>(load<i32>(hash) & mask)) << 2);
}

/** The message where the search for a hash begins, if it may be the one; else −1. */
export function likelyRef(hash: usize): i32 {
  const entry = load<i32>(slotOf(hash));
  return entry != 0 && (entry & markMask) == (load<i32>(hash, 4) & markMask) ? (entry & refMask) - 1 : -1;
}

/** Puts a message under the hash that stands at an address, in the place of the one that was there. */
export function putRef(hash: usize, ref: i32): void {
  if (ref >= refMask) broken(2);
  const number = tableOf(hash);
  const table = load<usize>(tables + number);
  const slots = load<i32>(slotCounts + number);
  const mark = load<i32>(hash, 4) & markMask;
  for (let slot = load<i32>(hash) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    const at = table + ((<usize>slot) << 2);
    const entry = load<i32>(at);
    if (entry != 0 && ((entry & markMask) != mark || !hasHash((entry & refMask) - 1, hash))) continue;
    store<i32>(at, mark | (ref + 1));
    if (entry == 0) {
      const count = load<i32>(entryCounts + number) + 1;
      store<i32>(entryCounts + number, count);
      if (count * 4 > slots * 3) grow(number);
    }
    return;
  }
}

/** Takes a message out if it is the one under its hash. */
export function removeRef(hash: usize, ref: i32): void {
  const number = tableOf(hash);
  const table = load<usize>(tables + number);
  const mask = load<i32>(slotCounts + number) - 1;
  let slot = load<i32>(hash) & mask;
  for (; ; slot = (slot + 1) & mask) {
    const entry = load<i32>(table + ((<usize>slot) << 2));
    if (entry == 0) return;
    if ((entry & refMask) == ref + 1) break;
  }
  store<i32>(entryCounts + number, load<i32>(entryCounts + number) - 1);
  // What stands behind moves up where its home allows, so that no search ends too early.
  for (let next = (slot + 1) & mask; ; next = (next + 1) & mask) {
    const entry = load<i32>(table + ((<usize>next) << 2));
    if (entry == 0) break;
    const home = homeOf(entry) & mask;
    if (((next - home) & mask) < ((next - slot) & mask)) continue;
    store<i32>(table + ((<usize>slot) << 2), entry);
    slot = next;
  }
  store<i32>(table + ((<usize>slot) << 2), 0);
}

function grow(number: usize): void {
  const old = load<usize>(tables + number);
  const bytes = (<usize>load<i32>(slotCounts + number)) << 2;
  const mask = 2 * load<i32>(slotCounts + number) - 1;
  // All homes are asked for before any is needed: memory answers many questions in the time of one.
  const homes = heap.alloc(bytes);
  for (let at: usize = 0; at < bytes; at += 4) {
    const entry = load<i32>(old + at);
    store<i32>(homes + at, entry == 0 ? 0 : homeOf(entry));
  }
  const table = zeroed(2 * bytes);
  for (let at: usize = 0; at < bytes; at += 4) {
    const entry = load<i32>(old + at);
    if (entry == 0) continue;
    let slot = load<i32>(homes + at) & mask;
    while (load<i32>(table + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<i32>(table + ((<usize>slot) << 2), entry);
  }
  heap.free(homes);
  heap.free(old);
  store<usize>(tables + number, table);
  store<i32>(slotCounts + number, mask + 1);
}

function homeOf(entry: i32): i32 {
  return load<i32>(cellAt((entry & refMask) - 1), Cell.hash);
}

export function hasHash(ref: i32, hash: usize): bool {
  const cell = cellAt(ref);
  return load<u64>(cell, Cell.hash) == load<u64>(hash) && load<u64>(cell, Cell.hash + 8) == load<u64>(hash, 8);
}

/** Four times the number of the table, as an offset in arrays of words. */
function tableOf(hash: usize): usize {
  return (<usize>load<i32>(hash, 12) & (tableCount - 1)) << 2;
}

reserveIndex(0);
