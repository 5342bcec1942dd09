import { absorbDelivery, absorbEngagement, absorbSend, Absorbed } from "./absorb";
import { freeBlock, nextBlock } from "./arena";
import { outcomeOf, routeOf } from "./attempts";
import { bookParked, count, Counter, endStep, pass, startBooks } from "./books";
import { cellAt, hasRef, slabOf } from "./cells";
import { addEngagement, addMessage, addParked, dispose, isFull, rejectOffset } from "./draft";
import { hasRow, loadFacts } from "./facts";
import { hashAt } from "./hash";
import { full } from "./host";
import { loadParked, offset as parkedOffset, park, readEngagement } from "./parked";
import { foresee, hashEntry } from "./queue";
import { Cell, Flag } from "./slab";
import {
  beginMessage,
  findHashed,
  firstAppendAt,
  freeOpen,
  idBlock,
  isSet,
  markGone,
  messageAt,
  oldestMessage,
  outcomeAppendedAt,
  sendAppendedAt,
  setFlag,
  touch,
} from "./table";
import { knowTime, now, takeTime } from "./time";
import { addTimer, nextTimerAt, takeTimer } from "./timers";
import { Entry, entryAt, fieldLength, fieldStart, messageIdField, selectedEntry, selectEntry } from "./view";
import { waitsAt } from "./words";

// One task's join: records in, rows into the draft.

/** Messages that are neither decided nor gone. */
export let undecided: i32 = 0;
let windowMs: f64 = 0;
/** Task time at which no window that is past was left open. */
let expiredAt: f64 = -1;

export function startTask(ownWindowMs: f64, parked: i32, xor: f64): void {
  windowMs = ownWindowMs;
  expiredAt = -1;
  startBooks(now, parked, xor);
  undecided = 0;
}

/** Takes so many records that wait, in their order. */
export function applyQueued(count: i32): void {
  foresee(count);
  for (let place = 0; place < count; place++) applyEntry(entryAt(place));
}

function applyEntry(entry: usize): void {
  cutIfFull();
  selectEntry(entry);
  const input = load<i32>(entry, Entry.input);
  const offset = load<f64>(entry, Entry.offset);
  const appendTime = takeTime(input, load<f64>(entry, Entry.appendTime));
  fireTimers();
  const absorbed = absorb(input, offset, appendTime);
  if (absorbed == Absorbed.duplicate) count(Counter.duplicate + input);
  else if (absorbed == Absorbed.contradicted) count(Counter.contradicted);
  else if (absorbed == Absorbed.late) count(Counter.late + input);
  pass(input, offset, now);
}

/** Takes the next record of an input, which is none of ours. */
export function rejectRecord(input: i32, offset: f64, appendTime: f64): void {
  takeTime(input, appendTime);
  fireTimers();
  count(Counter.rejected + input);
  rejectOffset(input, offset);
  pass(input, offset, now);
}

/** The input was read to its end, and all that is appended to it later is appended at `time` or after. */
export function reachEnd(input: i32, time: f64): void {
  knowTime(input, time);
  fireTimers();
  endStep(now);
}

function absorb(input: i32, offset: f64, appendTime: f64): i32 {
  const ref = messageOf(appendTime, windowMs);
  touch(ref);
  if (input == 2) return takeEngagement(ref, offset, appendTime);
  const absorbed = input == 0 ? absorbSend(ref, appendTime) : absorbDelivery(ref, appendTime);
  closeIfDue(ref);
  return absorbed;
}

function takeEngagement(ref: i32, offset: f64, appendTime: f64): i32 {
  const absorbed = absorbEngagement(ref);
  if (absorbed == Absorbed.duplicate) {
    dispose(offset);
    return absorbed;
  }
  readEngagement(offset, appendTime);
  if (isSet(ref, Flag.closed)) {
    // Never cuts: a piece with this row and the position from before it would have it read twice.
    loadFacts(ref);
    addEngagement();
    count(Counter.engagementsDecided);
  } else {
    addParked(park(ref));
    bookParked(offset, 1);
  }
  return absorbed;
}

/** The message that the selected record belongs to. One beyond the window of the known message begins a new one. */
function messageOf(appendTime: f64, ownWindowMs: f64): i32 {
  const entry = selectedEntry();
  v128.store(hashAt, v128.load(entry, Entry.hash));
  const newest = findHashed(load<i32>(entry, Entry.found));
  // Where a broker's clock went back its window may be past already.
  if (appendTime + windowMs < now) expiredAt = -1;
  const known = messageAt(newest, appendTime, ownWindowMs);
  if (known >= 0) return known;
  undecided++;
  return beginMessage(fieldStart(messageIdField), fieldLength(messageIdField), appendTime, newest);
}

/** A bound is passed when task time is beyond it, so that all records appended at it have been taken. */
function fireTimers(): void {
  while (nextTimerAt() < now) {
    const ref = takeTimer();
    if (!hasRef(ref)) continue;
    closeIfDue(ref);
    if (isSet(ref, Flag.carried)) expireIfPast(ref);
  }
  if (expiredAt == now) return;
  expiredAt = now;
  for (let oldest = oldestMessage(); oldest >= 0 && expireIfPast(oldest);) oldest = oldestMessage();
}

/** Whether the message's window is past; then it is gone now. */
function expireIfPast(ref: i32): bool {
  if (firstAppendAt(ref) + windowMs >= now) return false;
  if (isSet(ref, Flag.gone)) return true;
  if (!isSet(ref, Flag.closed)) close(ref);
  markGone(ref);
  return true;
}

/** Closes the message once outcome, `settle` and send (or `send_hold`) are there; else sets a timer. */
function closeIfDue(ref: i32): void {
  if (isSet(ref, Flag.closed | Flag.gone)) return;
  const at = closeAt(ref);
  if (at < now) close(ref);
  else if (at < Infinity) addTimer(at, ref);
}

/**
 * When a message with an outcome has waited enough, in append time: for `settle`, and for its send or `send_hold`. −Infinity
 * where it waits for nothing, Infinity where it has no outcome.
 */
function closeAt(ref: i32): f64 {
  const cell = cellAt(ref);
  const slab = slabOf(ref);
  const outcome = outcomeOf(slab, cell);
  if (outcome == 0) return Infinity;
  const waits = waitsAt(slab, routeOf(outcome));
  const settleMs = load<f64>(waits);
  const sendHoldMs = load<f64>(waits, 8);
  const outcomeAt = outcomeAppendedAt(cell);
  const hasSend = (load<i32>(cell, Cell.flags) & Flag.send) != 0 && sendAppendedAt(cell) <= outcomeAt + sendHoldMs;
  const waitMs = hasSend ? settleMs : max(settleMs, sendHoldMs);
  return waitMs == 0 ? -Infinity : outcomeAt + waitMs;
}

/** Decides the message and all that waits for it. The message's row comes first: recovery tells by it. */
function close(ref: i32): void {
  touch(ref);
  cutIfFull();
  loadFacts(ref);
  if (hasRow() && !isSet(ref, Flag.rowWritten)) {
    addMessage(idBlock(ref), firstAppendAt(ref));
    count(Counter.messagesDecided);
    setFlag(ref, Flag.rowWritten);
  }
  setFlag(ref, Flag.closed);
  undecided--;
  release(ref);
}

/** Decides what is parked, the oldest first, and lets go of the message's blocks. Its facts are loaded. */
function release(ref: i32): void {
  const cell = cellAt(ref);
  const head = load<i32>(cell, Cell.open);
  if (head == 0) return;
  // A chain has the newest first and the message's ID at its end.
  let parked = 0;
  for (let block = head; nextBlock(block) != 0; block = nextBlock(block)) push(block, parked++);
  while (parked > 0) {
    parked--;
    const block = load<i32>(stack + ((<usize>parked) << 2));
    cutIfFull();
    loadParked(block);
    addEngagement();
    count(Counter.engagementsDecided);
    bookParked(parkedOffset, -1);
    freeBlock(block);
  }
  freeOpen(ref);
}

let stack: usize = heap.alloc(256);
let stackRoom: i32 = 64;

function push(block: i32, place: i32): void {
  if (place == stackRoom) {
    const larger = heap.alloc((<usize>stackRoom) << 3);
    memory.copy(larger, stack, (<usize>stackRoom) << 2);
    heap.free(stack);
    stack = larger;
    stackRoom *= 2;
  }
  store<i32>(stack + ((<usize>place) << 2), block);
}

/** Pieces that were cut because the draft was full. */
export let cuts: i32 = 0;

function cutIfFull(): void {
  if (!isFull()) return;
  cuts++;
  full();
}

/** Takes up a message that recovery found: its timer, its parked engagement. */
export function resumeMessage(ref: i32): void {
  if (isSet(ref, Flag.closed)) {
    watchMessage(ref);
    if (load<i32>(cellAt(ref), Cell.open) == 0) return;
    // The crash came in the middle of a step: the row was committed, part of its engagement not yet.
    loadFacts(ref);
    release(ref);
  } else {
    undecided++;
    watchMessage(ref);
  }
}

/** Sets the timers of a message that is here anew. One that is carried ends by its timer, closed or not: its slab may never be the oldest. */
export function watchMessage(ref: i32): void {
  if (isSet(ref, Flag.carried)) addTimer(firstAppendAt(ref) + windowMs, ref);
  closeIfDue(ref);
}

/**
 * Takes the first record that waits, which was committed, as the task that read it did. Gives 1 where it is an engagement that
 * is parked still.
 */
export function replayQueued(appendTime: f64, readerWindowMs: f64, isDisposed: bool): i32 {
  const entry = entryAt(0);
  hashEntry(entry);
  store<i32>(entry, -1, Entry.found);
  const ref = messageOf(appendTime, readerWindowMs);
  const input = load<i32>(entry, Entry.input);
  if (input == 0) absorbSend(ref, appendTime);
  else if (input == 1) absorbDelivery(ref, appendTime);
  else {
    absorbEngagement(ref);
    // What the log does not say was disposed of is parked, whatever it looks like now, under another window say.
    if (isDisposed) return 0;
    readEngagement(load<f64>(entry, Entry.offset), appendTime);
    park(ref);
    return 1;
  }
  return 0;
}
