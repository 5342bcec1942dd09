import { addBlock, compactArena, freeBlock, nextBlock, reviveBlock, setNextBlock } from "./arena";
import { allocateCell, cellAt, hasRef, refOf, removeSlab, slabCount, slabIn, slabOf, slotAt } from "./cells";
import { firstAppendAtOf, keptTime, setFirstAppendAt } from "./cell-fields";
import { follows, forgot, keep, previousOf, recall, saw, sawSealed } from "./host";
import { hashAt, hashBytes, hashFrom } from "./hash";
import { findRef, hasHash, putRef, removeRef } from "./ref-index";
import { addSeen } from "./seen";
import { Cell, Flag, turnShift } from "./slab";

// All messages of a task: a cell each, found by 96 bits of the hash of the message ID. That any two IDs out of 10^8 in a
// window have the same ones, and are taken for one message, has a probability of 10^16 / 2^97 or 6 in 10^14.

/** Messages that are not gone, sealed ones left out. */
export let size: i32 = 0;
/** Cells of the oldest slab that were passed by `oldestMessage`. */
let passed: i32 = 0;
/** Of a message that begins where `findMessage` found none: another one than that of a message whose events are still in a generation. */
let turn: i32 = 0;
/** A snapshot is being taken. */
let isKeeping: bool = false;
/** Messages in sealed generations. */
let sealedCount: i32 = 0;

/** What the owner holds besides: whether a snapshot is being taken, and how many messages are sealed. */
export function watchTable(keeping: bool, sealed: i32): void {
  isKeeping = keeping;
  sealedCount = sealed;
}

export function resize(by: i32): void {
  size += by;
}

export function nextTurn(next: i32): void {
  turn = next;
}

export function isSet(ref: i32, bits: i32): bool {
  return (load<i32>(cellAt(ref), Cell.flags) & bits) != 0;
}

export function setFlag(ref: i32, bits: i32): void {
  const cell = cellAt(ref);
  store<i32>(cell, load<i32>(cell, Cell.flags) | bits, Cell.flags);
}

export function turnOf(ref: i32): i32 {
  return load<i32>(cellAt(ref), Cell.flags) >>> turnShift;
}

export function firstAppendAt(ref: i32): f64 {
  return firstAppendAtOf(cellAt(ref));
}

/** A delta of append times that does not fit is kept at this: windows are below 49 days. */
const deltaMax: f64 = 0xffff_fffe;

export function deltaOf(ms: f64): u32 {
  return <u32>min(deltaMax, ms);
}

/** What is kept relative to it moves along. */
export function lowerFirstAppendAt(ref: i32, time: f64): void {
  touch(ref);
  const cell = cellAt(ref);
  const earlierMs = firstAppendAtOf(cell) - keptTime(time);
  store<u32>(cell, deltaOf(<f64>load<u32>(cell, Cell.sendAppended) + earlierMs), Cell.sendAppended);
  store<u32>(cell, deltaOf(<f64>load<u32>(cell, Cell.outcomeAppended) + earlierMs), Cell.outcomeAppended);
  setFirstAppendAt(cell, time);
}

export function sendAppendedAt(cell: usize): f64 {
  return firstAppendAtOf(cell) + <f64>load<u32>(cell, Cell.sendAppended);
}

export function outcomeAppendedAt(cell: usize): f64 {
  return firstAppendAtOf(cell) + <f64>load<u32>(cell, Cell.outcomeAppended);
}

/** Whatever is to be changed of a message is changed after this. */
export function touch(ref: i32): void {
  if (isKeeping) keep(ref);
}

/** The newest message of an ID, −1 where there is none. One that is sealed comes back. Leaves the ID's hash for `beginMessage`. */
export function findMessage(id: usize, length: i32): i32 {
  hashBytes(id, length, 0);
  return findHashed(-1);
}

/** As `findMessage`, where the ID's hash is made and `likely`, if not −1, was found for it some time ago. */
export function findHashed(likely: i32): i32 {
  turn = 0;
  // The newest of an ID's messages is the one that no other shadows.
  if (likely >= 0 && hasRef(likely) && hasHash(likely, hashAt) && !isSet(likely, Flag.shadowed)) return likely;
  const live = findRef(hashAt);
  return live < 0 && sealedCount > 0 ? recall() : live;
}

/** A new message of the ID that `findMessage` was asked for just now and gave `newest` for. */
export function beginMessage(id: usize, length: i32, appendTime: f64, newest: i32): i32 {
  const ref = allocateCell();
  const cell = cellAt(ref);
  // A word more than is kept: the flags stand there.
  v128.store(cell, v128.load(hashAt), Cell.hash);
  store<i32>(cell, (newest < 0 ? turn : turnOf(newest) + 1) << turnShift, Cell.flags);
  setFirstAppendAt(cell, appendTime);
  const slab = slabOf(ref);
  if (appendTime > slab.beganTo) slab.beganTo = appendTime;
  putRef(hashAt, ref);
  size++;
  if (newest >= 0) {
    touch(newest);
    setFlag(newest, Flag.shadowed);
    if (!isSet(newest, Flag.gone)) follows(ref, newest);
  }
  store<i32>(cell, addBlock(ref, 0, id, length), Cell.open);
  return ref;
}

/**
 * The message that a record belongs to, by its append time alone: inputs may lag behind each other around the end of a
 * window. `newest` is the newest message of the record's ID, −1 for none. −1 where the record begins a new message; lowers
 * the begin of the one it belongs to where it is older.
 */
export function messageAt(newest: i32, appendTime: f64, windowMs: f64): i32 {
  let lowest = -1;
  for (let ref = newest; ref >= 0 && !isSet(ref, Flag.gone); ref = previousOf(ref)) {
    const began = firstAppendAt(ref);
    if (appendTime > began + windowMs) break;
    if (appendTime >= began) return ref;
    lowest = ref;
  }
  if (lowest >= 0) lowerFirstAppendAt(lowest, appendTime);
  return lowest;
}

/** The message that began first of those that are not gone, roughly: inputs may lag. −1 without one. */
export function oldestMessage(): i32 {
  while (slabCount() > 0) {
    const slot = slotAt(0);
    const slab = slabIn(slot);
    for (; passed < slab.count; passed++) {
      const flags = load<i32>(slab.cells + <usize>passed * Cell.bytes, Cell.flags);
      if ((flags & Flag.gone) == 0) return refOf(slot, passed);
    }
    // The newest slab may still take messages.
    if (slabCount() == 1) return -1;
    forgetSlab(0);
  }
  return -1;
}

/** Takes a slab out, by its place in the order. */
export function forgetSlab(place: i32): void {
  const slot = slotAt(place);
  const slab = slabIn(slot);
  for (let cell = 0; cell < slab.count; cell++)
    removeRef(slab.cells + <usize>cell * Cell.bytes + Cell.hash, refOf(slot, cell));
  removeSlab(place, forgot(slot, changetype<usize>(slab)));
  if (place == 0) passed = 0;
}

export function markGone(ref: i32): void {
  touch(ref);
  setFlag(ref, Flag.gone);
  size--;
}

/**
 * An event's identity is (kind of record or engagement, message, event ID): many producers' event IDs are the same in all
 * messages. Leaves its two words in the hash. `idHash` is where the hash of the message's ID stands, all of which counts.
 */
export function hashEvent(idHash: usize, kind: i32, id: usize, length: i32): void {
  hashFrom(id, length, load<u64>(idHash), ((<u64>(kind + 1)) << 32) | load<u32>(idHash, 8));
}

/** The second word of an identity for the message: those of one ID are told apart by their turns. */
export function lowOf(low: i32, flags: i32): i32 {
  return low ^ (((flags >>> turnShift) + 1) * 0x85eb_ca6b);
}

/** False where the event, whose identity's two words are given, was seen. */
export function seeIdentity(ref: i32, high: i32, own: i32): bool {
  const flags = load<i32>(cellAt(ref), Cell.flags);
  const low = lowOf(own, flags);
  if (!addSeen(slabOf(ref), high, low)) return false;
  if (isKeeping) saw(ref, high, low);
  return (flags & Flag.sealed) == 0 || !sawSealed(ref, high, low);
}

export function seeEvent(ref: i32, kind: i32, id: usize, length: i32): bool {
  hashEvent(cellAt(ref) + Cell.hash, kind, id, length);
  return seeIdentity(ref, load<i32>(hashAt), load<i32>(hashAt, 4));
}

/** The block of a message's ID, as long as the message is open: the last of its blocks. */
export function idBlock(ref: i32): i32 {
  let block = load<i32>(cellAt(ref), Cell.open);
  for (let next = nextBlock(block); next != 0; next = nextBlock(next)) block = next;
  return block;
}

/** Takes one of the message's parked blocks out of the midst of the others. */
export function unpark(ref: i32, block: i32): void {
  const next = nextBlock(block);
  const cell = cellAt(ref);
  if (load<i32>(cell, Cell.open) == block) store<i32>(cell, next, Cell.open);
  else {
    let above = load<i32>(cell, Cell.open);
    while (nextBlock(above) != block) above = nextBlock(above);
    setNextBlock(above, next);
  }
  freeBlock(block);
}

/** Frees what is left of the message in the open arena: its ID. */
export function freeOpen(ref: i32): void {
  const cell = cellAt(ref);
  if (load<i32>(cell, Cell.open) == 0) return;
  freeBlock(idBlock(ref));
  store<i32>(cell, 0, Cell.open);
}

/** Frees what open messages no longer need. Refs into the open arena are void afterwards. */
export function compactOpen(): void {
  // A snapshot reads the arena's chunks when it comes to them.
  if (isKeeping) return;
  compactArena(
    (owner: i32): i32 => load<i32>(cellAt(owner), Cell.open),
    (owner: i32, head: i32): void => store<i32>(cellAt(owner), head, Cell.open),
  );
}

/** Takes up the messages of a slab that was put back: they are found, and their blocks are theirs again. */
export function takeUp(slot: i32): void {
  const slab = slabIn(slot);
  for (let index = 0; index < slab.count; index++) {
    const cell = slab.cells + <usize>index * Cell.bytes;
    const flags = load<i32>(cell, Cell.flags);
    if ((flags & Flag.shadowed) == 0) putRef(cell + Cell.hash, refOf(slot, index));
    if ((flags & Flag.gone) != 0) continue;
    size++;
    for (let block = load<i32>(cell, Cell.open); block != 0; block = nextBlock(block))
      reviveBlock(block, refOf(slot, index));
  }
}
