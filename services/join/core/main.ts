// What the owner calls. Addresses are bytes of the core's memory; refs are unsigned 32-bit numbers; an input is 0 sends,
// 1 deliveries, 2 engagements.

import { arenaBytes, arenaPlaceBits } from "./arena";
import { cellsPerSlab, slabBits, slabCount, slabIn, slotAt } from "./cells";
import { setClockTolerance } from "./classify";
import { indexBytes } from "./ref-index";
import { slabBytes } from "./slab";
import { size } from "./table";
import { applyRecord, replayRecord } from "./task";
import { now } from "./time";
import { setView } from "./view";
import { setBand } from "./words";

export { startsAt, lengthsAt, numbersAt } from "./view";
export { stage } from "./stage";
export { hashAt, hashBytes } from "./hash";
export { internText } from "./texts";
export { internRoute } from "./routes";
export { addSlab, allocateCell, cellAt, hasRef, removeSlab, slabCount, slabIn, slotAt } from "./cells";
export { fillSlab, freeSlab } from "./slab";
export { addAttempt, attemptAt } from "./attempts";
export { findRef, putRef, reserveIndex } from "./ref-index";
export {
  beginMessage,
  compactOpen,
  findMessage,
  forgetSlab,
  freeOpen,
  idBlock,
  lowerFirstAppendAt,
  markGone,
  nextTurn,
  oldestMessage,
  resize,
  seeEvent,
  takeUp,
  unpark,
  watchTable,
} from "./table";
export {
  addBlock,
  adoptBlock,
  arenaBytes,
  blockLength,
  blockStart,
  chunkAt,
  chunkNumbers,
  chunkUsed,
  deadenChunk,
  freeBlock,
  nextBlock,
  restoreChunk,
  reviveBlock,
} from "./arena";
export { addTimer, nextTimerAt, takeTimer, timerCount } from "./timers";
export { lastTaken, startTime, takeTime, knowTime } from "./time";
export { hasContent, isFull, limitPieces, pieceLength, pieceRows, rowCount } from "./draft";
export {
  counters,
  cutPiece,
  nextOffsets,
  parkedCount,
  parkedXorOf,
  reachEnd,
  rejectRecord,
  resumeMessage,
  startTask,
  stepTimeOf,
  undecided,
  watchMessage,
} from "./task";

/** A slab has 2^slab cells, a chunk of the open arena 2^place words. Only at the beginning. */
export function layOut(slab: i32, place: i32): void {
  cellsPerSlab(slab);
  arenaPlaceBits(place);
}

export function setTolerances(clockToleranceMs: f64, hasOneBand: bool, beforeMs: f64, afterMs: f64): void {
  setClockTolerance(clockToleranceMs);
  setBand(hasOneBand, beforeMs, afterMs);
}

/** Takes the record in the view, whose starts count from `base` and whose bytes go from `from` to `to`. */
export function apply(input: i32, base: usize, from: usize, to: usize, offset: f64, appendTime: f64): void {
  setView(base, from, to);
  applyRecord(input, offset, appendTime);
}

export function replay(
  input: i32,
  base: usize,
  from: usize,
  to: usize,
  offset: f64,
  appendTime: f64,
  windowMs: f64,
  isDisposed: bool,
): i32 {
  setView(base, from, to);
  return replayRecord(input, offset, appendTime, windowMs, isDisposed);
}

/** Messages that are not gone, sealed ones left out. */
export function messageCount(): i32 {
  return size;
}

export function taskTime(): f64 {
  return now;
}

/** Bytes of the state. */
export function stateBytes(): f64 {
  let sum = arenaBytes() + indexBytes();
  for (let place = 0; place < slabCount(); place++) sum += slabBytes(slabIn(slotAt(place)), 1 << slabBits);
  return sum;
}
