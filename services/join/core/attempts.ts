import { grown } from "./bytes";
import { keptTime, timeOf, upperOf } from "./cell-fields";
import { broken } from "./host";
import { attemptBytes, Cell, numberBits, numberMask, Slab } from "./slab";

// Attempts stand in their message's slab, four words each. One is named by its place + 1; 0 is none. Those of a message
// hang on each other, the one with the highest ordinal first. All are deferrals but the outcome, and that is always the head
// of the chain: nobody has to look for it. Where it is not the attempt with the highest ordinal, the head is a record of it
// that is no attempt: `expired`, which never is one, or a copy. Codes of outcomes and stages are their places in the
// vocabulary.
//
//   word 0   its time, the lower 32 bits
//   word 1   the 10 bits above them; outcome, 2 bits; stage, 3; how long before its time it began, the lower 17 bits
//   word 2   number of its route, 27 bits; the next 5 of how long before
//   word 3   name of the attempt below it, 27 bits; the last 5 of how long before

const outcomeShift: i32 = 10;
const stageShift: i32 = 12;
const startShift: i32 = 15;

export namespace Outcome {
  export const accepted: i32 = 0;
  export const deferred: i32 = 1;
  export const bounced: i32 = 2;
  export const expired: i32 = 3;
}

export namespace Stage {
  export const unknown: i32 = 0;
  export const endOfData: i32 = 6;
  /** Beyond the vocabulary: the record is no attempt. */
  export const noAttempt: i32 = 7;
}

/** `startedAt` is NaN where not known, else a day before at the most. Makes it none of the message's yet. Gives its name. */
export function storeAttempt(slab: Slab, occurredAt: f64, startedAt: f64, outcome: i32, stage: i32, route: i32): i32 {
  const name = addAttempt(slab);
  const at = attemptAt(slab, name);
  const time = keptTime(occurredAt);
  const start = isNaN(startedAt) ? noStart : <i32>(occurredAt - startedAt);
  store<i32>(at, <i32>(<i64>time));
  store<i32>(at, upperOf(time) | (outcome << outcomeShift) | (stage << stageShift) | (start << startShift), 4);
  store<i32>(at, route | ((start >> 17) << numberBits), 8);
  store<i32>(at, (start >> 22) << numberBits, 12);
  return name;
}

const noStart: i32 = 0x07ff_ffff;

/** An attempt that hangs on nothing, whose values are still to be written. */
export function addAttempt(slab: Slab): i32 {
  const place = slab.attemptCount++;
  if (place == slab.attemptRoom) {
    const room = place + (place >> 3);
    if (room >= numberMask) broken(3);
    slab.attempts = grown(slab.attempts, <usize>place * attemptBytes, <usize>room * attemptBytes);
    slab.attemptRoom = room;
  }
  return place + 1;
}

/**
 * Makes a stored attempt one of the message's: by its time; of equal times the one that came first comes first. One that is
 * no deferral is the outcome, the first of the message.
 */
export function linkAttempt(slab: Slab, cell: usize, name: i32): void {
  const at = attemptAt(slab, name);
  const time = occurredAt(at);
  let above: usize = 0;
  let below = load<i32>(cell, Cell.attempts);
  while (below != 0) {
    const other = attemptAt(slab, below);
    if (isAttempt(other) && occurredAt(other) <= time) break;
    above = other;
    below = nextBelow(other);
  }
  hang(at, below);
  if (above != 0) {
    hang(above, name);
    if (outcomeCode(at) != Outcome.deferred) putOutcome(slab, cell, copyAttempt(slab, name));
  } else {
    store<i32>(cell, name, Cell.attempts);
    // What was the head may be the outcome.
    if (below != 0 && outcomeCode(attemptAt(slab, below)) != Outcome.deferred) {
      putOutcome(slab, cell, copyAttempt(slab, below));
    }
  }
}

/** Makes a stored record, which is no attempt from now on, the message's outcome. */
export function putOutcome(slab: Slab, cell: usize, name: i32): void {
  const at = attemptAt(slab, name);
  store<i32>(at, load<i32>(at, 4) | (Stage.noAttempt << stageShift), 4);
  hang(at, load<i32>(cell, Cell.attempts));
  store<i32>(cell, name, Cell.attempts);
}

function copyAttempt(slab: Slab, name: i32): i32 {
  const copy = addAttempt(slab);
  memory.copy(attemptAt(slab, copy), attemptAt(slab, name), attemptBytes);
  return copy;
}

/** The record of the message's outcome; 0 without one. */
export function outcomeOf(slab: Slab, cell: usize): usize {
  const head = load<i32>(cell, Cell.attempts);
  if (head == 0) return 0;
  const at = attemptAt(slab, head);
  return outcomeCode(at) == Outcome.deferred ? 0 : at;
}

/** The message's attempt with the highest ordinal; 0 for none. */
export function lastAttemptOf(slab: Slab, cell: usize): i32 {
  const head = load<i32>(cell, Cell.attempts);
  if (head == 0) return 0;
  const at = attemptAt(slab, head);
  return isAttempt(at) ? head : nextBelow(at);
}

function isAttempt(record: usize): bool {
  return stageCode(record) != Stage.noAttempt;
}

function hang(attempt: usize, below: i32): void {
  store<i32>(attempt, (load<i32>(attempt, 12) & ~numberMask) | below, 12);
}

export function attemptAt(slab: Slab, name: i32): usize {
  return slab.attempts + <usize>(name - 1) * attemptBytes;
}

export function occurredAt(attempt: usize): f64 {
  return timeOf(load<u32>(attempt), load<i32>(attempt, 4) & 0x3ff);
}

/** NaN where not known. */
export function startedAt(attempt: usize): f64 {
  const lower = load<i32>(attempt, 4) >>> startShift;
  const upper = (load<i32>(attempt, 8) >>> numberBits) | ((load<i32>(attempt, 12) >>> numberBits) << 5);
  const start = lower | (upper << 17);
  return start == noStart ? NaN : occurredAt(attempt) - <f64>start;
}

export function outcomeCode(attempt: usize): i32 {
  return (load<i32>(attempt, 4) >>> outcomeShift) & 3;
}

export function stageCode(attempt: usize): i32 {
  return (load<i32>(attempt, 4) >>> stageShift) & 7;
}

export function routeOf(attempt: usize): i32 {
  return load<i32>(attempt, 8) & numberMask;
}

/** The attempt with the next lower ordinal; 0 for none. */
export function nextBelow(attempt: usize): i32 {
  return load<i32>(attempt, 12) & numberMask;
}
