import { blockLength, isFreeBlock } from "./arena";
import { grown, putByte, putLong, putRun } from "./bytes";
import { end, offset, parkedRowLength, parkedRowStart, start } from "./parked";
import { putEngagementRow, putMessageRow, rowBytes } from "./rows";
import { sortOffsets } from "./sort-offsets";

// What a task settles until its owner commits it.

/** Rows of one kind, or numbers, one after the other. */
@unmanaged
class Run {
  at: usize;
  room: i32;
  length: i32;
  count: i32;
}

function newRun(): Run {
  const run = changetype<Run>(heap.alloc(offsetof<Run>()));
  run.room = 4096;
  run.at = heap.alloc(run.room);
  run.length = 0;
  run.count = 0;
  return run;
}

/** Where the run goes on, with room for so many bytes more. */
function roomIn(run: Run, bytes: i32): usize {
  if (run.length + bytes > run.room) {
    const room = max(run.length + bytes, 2 * run.room);
    run.at = grown(run.at, run.length, room);
    run.room = room;
  }
  return run.at + run.length;
}

const engagements = newRun();
const messages = newRun();
const beganAt = newRun();
const parkedRows = newRun();
/** Offsets, f64 each. */
const disposed = newRun();
const rejectedSends = newRun();
const rejectedDeliveries = newRun();
const rejectedEngagements = newRun();
/** Blocks of what is newly parked: one that is decided before the commit never gets a parked row. */
const parked = newRun();
const piece = newRun();
let parkedBytes: i32 = 0;

/** Bytes and rows of one piece at the most. A row that comes on top is made of two records of 1 MiB at the most, so a COMMIT stays under the topic's 16 MiB. */
let bytesMax: i32 = 4 * 1024 * 1024;
let rowsMax: i32 = i32.MAX_VALUE;

export function limitPieces(rows: i32): void {
  rowsMax = rows;
}

export function isFull(): bool {
  const rejected = rejectedSends.count + rejectedDeliveries.count + rejectedEngagements.count;
  const bytes = engagements.length + messages.length + parkedBytes + 8 * (disposed.count + rejected);
  return bytes >= bytesMax || rowCount() >= rowsMax;
}

/** Rows that wait for a commit and are in no piece yet; of those parked meanwhile all, also where they were decided since. */
export function rowCount(): i32 {
  return engagements.count + messages.count + parked.count;
}

export function hasContent(): bool {
  return rowCount() > 0 || disposed.count > 0;
}

/** The row of the engagement and of the message whose facts are loaded. */
export function addEngagement(): void {
  const to = roomIn(engagements, rowBytes() + <i32>(end - start));
  engagements.length += <i32>(putEngagementRow(to) - to);
  engagements.count++;
  dispose(offset);
}

/** `id` is the block of the message's ID in the open arena. */
export function addMessage(id: i32, windowBeganAt: f64): void {
  const to = roomIn(messages, rowBytes() + blockLength(id));
  messages.length += <i32>(putMessageRow(to, id) - to);
  messages.count++;
  const at = roomIn(beganAt, 16);
  beganAt.length += <i32>(putLong(at, <i64>windowBeganAt) - at);
  beganAt.count++;
}

/** `block` is in the open arena. */
export function addParked(block: i32): void {
  store<i32>(roomIn(parked, 4), block);
  parked.length += 4;
  parked.count++;
  parkedBytes += blockLength(block);
}

export function dispose(at: f64): void {
  addOffset(disposed, at);
}

/** The record made no difference, and must make none when it is replayed, even if it could be read then. */
export function rejectOffset(input: i32, at: f64): void {
  addOffset(input == 0 ? rejectedSends : input == 1 ? rejectedDeliveries : rejectedEngagements, at);
  if (input == 2) dispose(at);
}

function addOffset(run: Run, at: f64): void {
  store<f64>(roomIn(run, 8), at);
  run.length += 8;
  run.count++;
}

/** Task time at the end of all time: the latest that a date can say. */
const latestTime: f64 = 8_640_000_000_000_000;

/**
 * Everything up to a position as one piece, encoded but for its place in the log, and nothing is held of it any more. Gives
 * where it is; it is good until the next. `next` and `counters` are the addresses of f64s.
 */
export function cut(next: usize, taskTime: f64, counters: usize, counterCount: i32, parkedCount: i32, xor: i64): usize {
  encodeParked();
  sortRuns();
  piece.length = 0;
  piece.count = rowCount() - parked.count + parkedRows.count;
  const ranges = disposed.count + rejectedSends.count + rejectedDeliveries.count + rejectedEngagements.count;
  const rows = engagements.length + messages.length + beganAt.length + parkedRows.length;
  const from = roomIn(piece, rows + 22 * ranges + 1024);
  let at = from;
  for (let input: usize = 0; input < 3; input++) at = putLong(at, <i64>load<f64>(next + (input << 3)));
  at = putLong(at, <i64>min(latestTime, taskTime));
  at = putArray(putArray(putArray(putArray(at, engagements), messages), beganAt), parkedRows);
  at = putRanges(putRanges(putRanges(putRanges(at, disposed), rejectedSends), rejectedDeliveries), rejectedEngagements);
  for (let number = 0; number < counterCount; number++)
    at = putLong(at, <i64>load<f64>(counters + ((<usize>number) << 3)));
  at = putLong(at, parkedCount);
  at = putLong(at, xor);
  piece.length = <i32>(at - from);
  clear();
  return from;
}

export function pieceLength(): i32 {
  return piece.length;
}

/** Rows of the piece, parked ones included. */
export function pieceRows(): i32 {
  return piece.count;
}

/** Of what was newly parked, what is parked still. */
function encodeParked(): void {
  for (let index = 0; index < parked.count; index++) {
    const block = load<i32>(parked.at + ((<usize>index) << 2));
    if (isFreeBlock(block)) continue;
    const length = parkedRowLength(block);
    putRun(roomIn(parkedRows, length), parkedRowStart(block), length);
    parkedRows.length += length;
    parkedRows.count++;
  }
}

/** Rejected ones come in order. */
function sortRuns(): void {
  for (let at = disposed.at + 8; at < disposed.at + disposed.length; at += 8) {
    if (load<f64>(at - 8) <= load<f64>(at)) continue;
    sortOffsets(disposed.at, disposed.count);
    return;
  }
}

/** As an Avro array. */
function putArray(to: usize, run: Run): usize {
  const at = run.count == 0 ? to : putRun(putLong(to, run.count), run.at, run.length);
  return putByte(at, 0);
}

/** Sorted offsets as the fewest ranges in growing order, each a first offset and a count. */
function putRanges(to: usize, run: Run): usize {
  const last = run.at + run.length;
  let ranges = 0;
  let next: f64 = -1;
  for (let from = run.at; from < last; from += 8) {
    const offset = load<f64>(from);
    if (offset > next || ranges == 0) ranges++;
    next = max(next, offset + 1);
  }
  let at = ranges == 0 ? to : putLong(to, ranges);
  for (let from = run.at; from < last;) {
    const first = load<f64>(from);
    let after = first + 1;
    for (from += 8; from < last && load<f64>(from) <= after; from += 8) after = max(after, load<f64>(from) + 1);
    at = putLong(putLong(at, <i64>first), <i64>(after - first));
  }
  return putByte(at, 0);
}

function clear(): void {
  clearRun(engagements);
  clearRun(messages);
  clearRun(beganAt);
  clearRun(parkedRows);
  clearRun(disposed);
  clearRun(rejectedSends);
  clearRun(rejectedDeliveries);
  clearRun(rejectedEngagements);
  clearRun(parked);
  parkedBytes = 0;
}

function clearRun(run: Run): void {
  run.length = 0;
  run.count = 0;
}
