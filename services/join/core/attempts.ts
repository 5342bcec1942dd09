import { grown } from "./bytes";
import { Cell, Slab } from "./slab";

// Attempts stand in their message's slab, five words each. One is named by its place + 1; 0 is none. Those of a message
// hang on each other, the one with the highest ordinal first. Codes of outcomes and stages are their places in the vocabulary.

/** `startedAt` is NaN where not known. Makes it none of the message's yet. Gives its name. */
export function storeAttempt(slab: Slab, occurredAt: f64, startedAt: f64, outcome: i32, stage: i32, route: i32): i32 {
  const name = addAttempt(slab);
  const at = attemptAt(slab, name);
  const time = <i64>occurredAt;
  store<i32>(at, <i32>time);
  store<i32>(at, (<i32>(time >> 32) & 0xffff) | (outcome << 16) | (stage << 18), 4);
  store<u32>(at, isNaN(startedAt) ? noStart : <u32>(occurredAt - startedAt), 8);
  store<i32>(at, route, 12);
  return name;
}

const noStart: u32 = 0xffff_ffff;

/** An attempt that hangs on nothing, whose values are still to be written. */
export function addAttempt(slab: Slab): i32 {
  const place = slab.attemptCount++;
  if (place == slab.attemptRoom) {
    const room = place + (place >> 2);
    slab.attempts = grown(slab.attempts, <usize>place * 20, <usize>room * 20);
    slab.attemptRoom = room;
  }
  store<i32>(slab.attempts + <usize>place * 20, 0, 16);
  return place + 1;
}

/** Makes a stored attempt one of the message's: by its time; of equal times the one that came first comes first. */
export function linkAttempt(slab: Slab, cell: usize, name: i32): void {
  const at = attemptAt(slab, name);
  const time = occurredAt(at);
  let above: usize = 0;
  let below = load<i32>(cell, Cell.lastAttempt);
  while (below != 0) {
    const other = attemptAt(slab, below);
    if (occurredAt(other) <= time) break;
    above = other;
    below = nextBelow(other);
  }
  store<i32>(at, below, 16);
  if (above == 0) store<i32>(cell, name, Cell.lastAttempt);
  else store<i32>(above, name, 16);
}

export function attemptAt(slab: Slab, name: i32): usize {
  return slab.attempts + <usize>(name - 1) * 20;
}

export function occurredAt(attempt: usize): f64 {
  return <f64>(((<i64>(load<u32>(attempt, 4) & 0xffff)) << 32) | <i64>load<u32>(attempt));
}

/** NaN where not known. */
export function startedAt(attempt: usize): f64 {
  const delta = load<u32>(attempt, 8);
  return delta == noStart ? NaN : occurredAt(attempt) - <f64>delta;
}

export function outcomeCode(attempt: usize): i32 {
  return (load<u32>(attempt, 4) >>> 16) & 3;
}

export function stageCode(attempt: usize): i32 {
  return (load<u32>(attempt, 4) >>> 18) & 7;
}

export function routeOf(attempt: usize): i32 {
  return load<i32>(attempt, 12);
}

/** The attempt with the next lower ordinal; 0 for none. */
export function nextBelow(attempt: usize): i32 {
  return load<i32>(attempt, 16);
}
