import { nextBlock } from "./arena";
import { attemptAt } from "./attempts";
import { cellAt, slabOf } from "./cells";
import { hashAt, hashBytes } from "./hash";
import { findRef, hasHash, likelyRef, slotOf } from "./ref-index";
import { seenPlace } from "./seen";
import { Cell } from "./slab";
import { hashEvent, lowOf } from "./table";
import {
  Engagement,
  Entry,
  entryAt,
  eventIdField,
  fieldLength,
  fieldNumber,
  fieldStart,
  messageIdField,
  selectEntry,
} from "./view";

// What records will need is asked for together, before the first is applied: memory answers many questions in the time of
// one. With millions of messages most of a record's time would be waiting for it.

/** Kinds of engagement are 0 to 3 in identities. */
const deliveryKind = 4;

/** Makes the hashes of the entry's message ID and event, and selects the entry. */
export function hashEntry(entry: usize): void {
  selectEntry(entry);
  hashBytes(fieldStart(messageIdField), fieldLength(messageIdField), 0);
  v128.store(entry, v128.load(hashAt), Entry.hash);
  const input = load<i32>(entry, Entry.input);
  if (input == 0) return;
  const kind = input == 1 ? deliveryKind : <i32>fieldNumber(Engagement.kind);
  hashEvent(entry + Entry.hash, kind, fieldStart(eventIdField), fieldLength(eventIdField));
  store<u64>(entry, load<u64>(hashAt), Entry.identity);
}

/** What was read in advance, so that no compiler leaves the reading out. */
export let foreseen: i32 = 0;

/**
 * Hashes so many entries and reads what applying them will read, as far as it can be told from outside. Each kind of memory has
 * a loop of its own: the shorter a loop is, the more of its questions the processor has on their way at once.
 */
export function foresee(count: i32): void {
  for (let place = 0; place < count; place++) hashEntry(entryAt(place));
  let sum = 0;
  for (let place = 0; place < count; place++) sum ^= load<i32>(slotOf(entryAt(place) + Entry.hash));
  for (let place = 0; place < count; place++) {
    const entry = entryAt(place);
    const ref = likelyRef(entry + Entry.hash);
    store<i32>(entry, ref, Entry.found);
    if (ref >= 0) sum ^= load<i32>(cellAt(ref), Cell.hash);
  }
  for (let place = 0; place < count; place++) {
    const entry = entryAt(place);
    const ref = load<i32>(entry, Entry.found);
    if (ref < 0 || load<i32>(entry, Entry.input) == 0) continue;
    // Of an ID's first message.
    sum ^= load<i32>(seenPlace(slabOf(ref), lowOf(load<i32>(entry, Entry.identity + 4), 0)));
  }
  for (let place = 0; place < count; place++) {
    const entry = entryAt(place);
    const hash = entry + Entry.hash;
    const likely = load<i32>(entry, Entry.found);
    if (likely < 0 || !hasHash(likely, hash)) store<i32>(entry, findRef(hash), Entry.found);
  }
  for (let place = 0; place < count; place++) {
    const entry = entryAt(place);
    const ref = load<i32>(entry, Entry.found);
    if (ref < 0) continue;
    const cell = cellAt(ref);
    // A delivery may close the message, which needs its ID.
    const block = load<i32>(cell, Cell.open);
    if (block != 0 && load<i32>(entry, Entry.input) == 1) sum ^= nextBlock(block);
    const attempt = load<i32>(cell, Cell.attempts);
    if (attempt != 0) sum ^= load<i32>(attemptAt(slabOf(ref), attempt));
  }
  foreseen = sum;
}
