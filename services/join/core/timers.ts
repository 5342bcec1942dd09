import { grown, zeroed } from "./bytes";

// What is due when, the earliest first: a binary heap; entries that went stale are for the taker to skip.

let times: usize = zeroed(64 * 8);
let refs: usize = zeroed(64 * 4);
let room: i32 = 64;
let size: i32 = 0;

export function timerCount(): i32 {
  return size;
}

/** The earliest time, Infinity where nothing waits. */
export function nextTimerAt(): f64 {
  return size == 0 ? Infinity : load<f64>(times);
}

export function addTimer(at: f64, ref: i32): void {
  if (size == room) {
    times = grown(times, (<usize>room) << 3, (<usize>room) << 4);
    refs = grown(refs, (<usize>room) << 2, (<usize>room) << 3);
    room *= 2;
  }
  let index = size++;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (timeAt(parent) <= at) break;
    move(parent, index);
    index = parent;
  }
  put(index, at, ref);
}

/** Takes the earliest out. Only where there is one. */
export function takeTimer(): i32 {
  const first = load<i32>(refs);
  const last = --size;
  const at = timeAt(last);
  const ref = load<i32>(refs + ((<usize>last) << 2));
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= last) break;
    const right = left + 1;
    const smaller = right < last && timeAt(right) < timeAt(left) ? right : left;
    if (at <= timeAt(smaller)) break;
    move(smaller, index);
    index = smaller;
  }
  put(index, at, ref);
  return first;
}

function timeAt(index: i32): f64 {
  return load<f64>(times + ((<usize>index) << 3));
}

function put(index: i32, at: f64, ref: i32): void {
  store<f64>(times + ((<usize>index) << 3), at);
  store<i32>(refs + ((<usize>index) << 2), ref);
}

function move(from: i32, to: i32): void {
  put(to, timeAt(from), load<i32>(refs + ((<usize>from) << 2)));
}
