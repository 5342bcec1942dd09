import { zeroed } from "./bytes";

const digitBits: u64 = 11;
const digits: usize = 2048;
/** How many offsets have each digit; then where the next one of it goes. */
const places: usize = zeroed(digits << 2);

/** Sorts so many offsets (f64, whole) that stand at an address: by one digit after the other, the lowest first. */
export function sortOffsets(at: usize, count: i32): void {
  const end = at + ((<usize>count) << 3);
  let lowest = Infinity;
  let highest: f64 = -Infinity;
  for (let from = at; from < end; from += 8) {
    lowest = min(lowest, load<f64>(from));
    highest = max(highest, load<f64>(from));
  }
  const bytes = end - at;
  const other = heap.alloc(bytes);
  let from = at;
  for (let shift: u64 = 0; <u64>(highest - lowest) >> shift != 0; shift += digitBits) {
    const to = from == at ? other : at;
    sortByDigit(from, to, bytes, lowest, shift);
    from = to;
  }
  if (from != at) memory.copy(at, from, bytes);
  heap.free(other);
}

function sortByDigit(from: usize, to: usize, bytes: usize, lowest: f64, shift: u64): void {
  memory.fill(places, 0, digits << 2);
  for (let at = from; at < from + bytes; at += 8) {
    const place = placeOf(load<f64>(at), lowest, shift);
    store<i32>(place, load<i32>(place) + 8);
  }
  let next = <i32>to;
  for (let place = places; place < places + (digits << 2); place += 4) {
    const taken = load<i32>(place);
    store<i32>(place, next);
    next += taken;
  }
  for (let at = from; at < from + bytes; at += 8) {
    const offset = load<f64>(at);
    const place = placeOf(offset, lowest, shift);
    const target = load<usize>(place);
    store<f64>(target, offset);
    store<usize>(place, target + 8);
  }
}

function placeOf(offset: f64, lowest: f64, shift: u64): usize {
  return places + ((<usize>((<u64>(offset - lowest) >> shift) & (digits - 1))) << 2);
}
