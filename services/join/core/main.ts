// What the owner calls. Addresses are bytes of the core's memory; refs are unsigned 32-bit numbers; an input is 0 sends,
// 1 deliveries, 2 engagements.

import { arenaBytes, arenaPlaceBits } from "./arena";
import { outcomeOf } from "./attempts";
import { cellAt, cellsPerSlab, slabBits, slabCount, slabIn, slabOf, slotAt } from "./cells";
import { setClockTolerance } from "./classify";
import { indexBytes } from "./ref-tables";
import { slabBytes } from "./slab";
import { size } from "./table";
import { now } from "./time";
import { setBand } from "./words";

export { entryBytes, queueAt, queueMax, setEntry } from "./view";
export { stage } from "./stage";
export { hashAt, hashBytes } from "./hash";
export { internText } from "./texts";
export { internRoute } from "./routes";
export { addSlab, allocateCell, cellAt, hasRef, removeSlab, slabCount, slabIn, slotAt } from "./cells";
export { fillSlab, freeSlab } from "./slab";
export { addAttempt, attemptAt } from "./attempts";
export { findRef, likelyRef, putRef } from "./ref-index";
export { reserveIndex } from "./ref-tables";
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
export { counters, cutPiece, nextOffsets, parkedCount, parkedXorOf, stepTimeOf } from "./books";
export {
  applyQueued,
  reachEnd,
  rejectRecord,
  replayQueued,
  resumeMessage,
  startTask,
  undecided,
  watchMessage,
} from "./task";
export { sortOffsets } from "./sort-offsets";
export { walkedBytes, walkRecords } from "./walk";

/** A slab has 2^slab cells, a chunk of the open arena 2^place words. Only at the beginning. */
export function layOut(slab: i32, place: i32): void {
  cellsPerSlab(slab);
  arenaPlaceBits(place);
}

export function setTolerances(clockToleranceMs: f64, hasOneBand: bool, beforeMs: f64, afterMs: f64): void {
  setClockTolerance(clockToleranceMs);
  setBand(hasOneBand, beforeMs, afterMs);
}

/** Messages that are not gone, sealed ones left out. */
export function messageCount(): i32 {
  return size;
}

export function hasOutcome(ref: i32): bool {
  return outcomeOf(slabOf(ref), cellAt(ref)) != 0;
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
