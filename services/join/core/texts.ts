import { copyBytes, equalBytes, grown, zeroed } from "./bytes";
import { broken } from "./host";
import { numberMask, Slab } from "./slab";

// Numbers for runs of bytes that repeat in a slab: 0, 1, 2 … in the order of their first coming. Nothing is taken out.

export function textStart(slab: Slab, number: i32): usize {
  return slab.texts + (number == 0 ? 0 : load<i32>(slab.textEnds + ((<usize>number) << 2) - 4));
}

export function textStop(slab: Slab, number: i32): usize {
  return slab.texts + load<i32>(slab.textEnds + ((<usize>number) << 2));
}

/** The number of a run of bytes. */
export function internText(slab: Slab, from: usize, length: i32): i32 {
  const mask = slab.textSlotCount - 1;
  let slot = hashOf(from, length) & mask;
  for (; ; slot = (slot + 1) & mask) {
    const number = load<i32>(slab.textSlots + ((<usize>slot) << 2)) - 1;
    if (number < 0) break;
    if (isText(slab, number, from, length)) return number;
  }
  const number = addText(slab, from, length);
  store<i32>(slab.textSlots + ((<usize>slot) << 2), number + 1);
  if (2 * slab.textCount > slab.textSlotCount) rehash(slab);
  return number;
}

function isText(slab: Slab, number: i32, from: usize, length: i32): bool {
  const start = textStart(slab, number);
  return textStop(slab, number) - start == <usize>length && equalBytes(start, from, length);
}

function addText(slab: Slab, from: usize, length: i32): i32 {
  const used = slab.textBytes;
  if (used + length > slab.textRoom) {
    // A slab of so many texts takes no more messages, so that only a record of many gigabytes could get here.
    if (<i64>used + length >= 0x4000_0000) broken(0);
    const room = max(used + length, 2 * slab.textRoom);
    slab.texts = grown(slab.texts, used, room);
    slab.textRoom = room;
  }
  copyBytes(slab.texts + used, from, length);
  slab.textBytes = used + length;
  const number = slab.textCount++;
  if (number >= numberMask) broken(0);
  if (number == slab.textEndsRoom) {
    slab.textEnds = grown(slab.textEnds, (<usize>number) << 2, (<usize>number) << 3);
    slab.textEndsRoom = 2 * number;
  }
  store<i32>(slab.textEnds + ((<usize>number) << 2), slab.textBytes);
  return number;
}

function rehash(slab: Slab): void {
  const slots = 2 * slab.textSlotCount;
  heap.free(slab.textSlots);
  slab.textSlots = zeroed((<usize>slots) << 2);
  slab.textSlotCount = slots;
  for (let number = 0; number < slab.textCount; number++) {
    const start = textStart(slab, number);
    let slot = hashOf(start, <i32>(textStop(slab, number) - start)) & (slots - 1);
    while (load<i32>(slab.textSlots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & (slots - 1);
    store<i32>(slab.textSlots + ((<usize>slot) << 2), number + 1);
  }
}

function hashOf(from: usize, length: i32): i32 {
  let hash: u64 = <u64>length;
  if (length >= 8) {
    // The last eight once more where they are no whole eight.
    const end = from + <usize>length - 8;
    for (let at = from; at < end; at += 8) hash = mixed(hash, load<u64>(at));
    hash = mixed(hash, load<u64>(end));
  } else {
    for (let at = from; at < from + length; at++) hash = (hash ^ load<u8>(at)) * 0x0100_0000_01b3;
  }
  hash ^= hash >> 32;
  hash *= 0x2c1b_3c6d_85eb_ca6b;
  return <i32>(hash >> 33);
}

function mixed(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * 0x9e37_79b9_7f4a_7c15;
  return product ^ (product >> 29);
}
