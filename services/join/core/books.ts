import { cut } from "./draft";

// What the next COMMIT says beside its rows.

/** Places of the counters, in the order of the COMMIT. */
export namespace Counter {
  export const read: usize = 0;
  export const rejected: usize = 3;
  export const duplicate: usize = 6;
  export const late: usize = 9;
  export const contradicted: usize = 11;
  export const engagementsDecided: usize = 12;
  export const messagesDecided: usize = 13;
}
const counterCount = 14;

/** Next offsets of the inputs and counters, f64 each. */
export const nextOffsets: usize = memory.data(24, 8);
export const counters: usize = memory.data(14 * 8, 8);
/** Task time after the last whole step: that of a commit. */
let stepTime: f64 = 0;
export let parkedCount: i32 = 0;
let parkedXor: i64 = 0;

export function startBooks(time: f64, parked: i32, xor: f64): void {
  stepTime = time;
  parkedCount = parked;
  parkedXor = <i64>xor;
}

export function parkedXorOf(): f64 {
  return <f64>parkedXor;
}

export function stepTimeOf(): f64 {
  return stepTime;
}

export function count(counter: usize): void {
  const at = counters + (counter << 3);
  store<f64>(at, load<f64>(at) + 1);
}

/** One more is parked, or one less. */
export function bookParked(offset: f64, by: i32): void {
  parkedCount += by;
  parkedXor ^= <i64>offset;
}

/** Only after the record: a piece that was cut on the way carries the position from before it. */
export function pass(input: i32, offset: f64, time: f64): void {
  count(Counter.read + input);
  store<f64>(nextOffsets + ((<usize>input) << 3), offset + 1);
  endStep(time);
}

/** A step is whole. */
export function endStep(time: f64): void {
  stepTime = time;
}

/** Everything since the last piece. Gives where it is. */
export function cutPiece(): usize {
  return cut(nextOffsets, stepTime, counters, counterCount, parkedCount, parkedXor);
}
