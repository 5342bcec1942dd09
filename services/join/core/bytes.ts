import { numberBytes, wordOf } from "./numbers";

// Runs of bytes and Avro's encodings. All functions that write take where to write and give where they ended; who calls
// them has made room.

/** Copies so many bytes to a place that does not overlap them. */
export function copyBytes(to: usize, from: usize, length: i32): void {
  if (length >= 16) {
    if (length > 1024) {
      memory.copy(to, from, <usize>length);
      return;
    }
    // The last sixteen once more where they are no whole sixteen.
    const end = <usize>length - 16;
    for (let at: usize = 0; at < end; at += 16) v128.store(to + at, v128.load(from + at));
    v128.store(to + end, v128.load(from + end));
  } else if (length >= 8) {
    const end = <usize>length - 8;
    store<u64>(to, load<u64>(from));
    store<u64>(to + end, load<u64>(from + end));
  } else if (length >= 4) {
    const end = <usize>length - 4;
    store<u32>(to, load<u32>(from));
    store<u32>(to + end, load<u32>(from + end));
  } else {
    for (let at = 0; at < length; at++) store<u8>(to + at, load<u8>(from + at));
  }
}

/** Whether as many bytes at two places are the same. */
export function equalBytes(one: usize, other: usize, length: i32): bool {
  if (length >= 8) {
    const end = <usize>length - 8;
    for (let at: usize = 0; at < end; at += 8) if (load<u64>(one + at) != load<u64>(other + at)) return false;
    return load<u64>(one + end) == load<u64>(other + end);
  }
  for (let at = 0; at < length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

/** A whole number, zigzag and seven bits to the byte: ten bytes at the most. Eight are written at once. */
export function putLong(at: usize, value: i64): usize {
  const bits = <u64>((value << 1) ^ (value >> 63));
  if (bits < 128) return putByte(at, <i32>bits);
  if (bits >> 56 != 0) return putLongest(at, bits);
  const word = wordOf(bits);
  store<u64>(at, word);
  return at + numberBytes(word);
}

function putLongest(at: usize, bits: u64): usize {
  let rest = bits;
  while (rest > 127) {
    store<u8>(at++, <u8>(rest | 128));
    rest >>= 7;
  }
  store<u8>(at, <u8>rest);
  return at + 1;
}

export function putByte(at: usize, value: i32): usize {
  store<u8>(at, <u8>value);
  return at + 1;
}

/** `["null", "long"]` with null for NaN. */
export function putLongOrNull(at: usize, value: f64): usize {
  if (isNaN(value)) return putByte(at, 0);
  return putLong(putByte(at, 2), <i64>value);
}

export function putRun(at: usize, from: usize, length: i32): usize {
  copyBytes(at, from, length);
  return at + length;
}

/** A string or bytes. */
export function putText(at: usize, from: usize, length: i32): usize {
  return putRun(putLong(at, length), from, length);
}

/** `["null", "string"]` with null for a length of −1. */
export function putTextOrNull(at: usize, from: usize, length: i32): usize {
  if (length < 0) return putByte(at, 0);
  return putText(putByte(at, 2), from, length);
}

/** Where the number ends that `readLong` read last. */
export let longEnd: usize = 0;

/** The number that is encoded at a place. */
export function readLong(from: usize): i64 {
  let at = from;
  let zigzag: u64 = 0;
  let shift: u64 = 0;
  for (;;) {
    const byte = load<u8>(at++);
    zigzag |= (<u64>(byte & 127)) << shift;
    if (byte < 128) break;
    shift += 7;
  }
  longEnd = at;
  return <i64>(zigzag >> 1) ^ -(<i64>(zigzag & 1));
}

/** End of the encoded string that begins at a place. */
export function textEnd(at: usize): usize {
  const length = <usize>readLong(at);
  return longEnd + length;
}

/** End of the encoded string or null that begins at a place. */
export function textOrNullEnd(at: usize): usize {
  return load<u8>(at) == 0 ? at + 1 : textEnd(at + 1);
}

/** Moves an array to more room, the rest of it left as it is. Gives its new place. */
export function grown(from: usize, bytes: usize, room: usize): usize {
  const to = heap.alloc(room);
  memory.copy(to, from, bytes);
  if (from != 0) heap.free(from);
  return to;
}

/** As `grown`, the rest of zeros. */
export function grownZeroed(from: usize, bytes: usize, room: usize): usize {
  const to = grown(from, bytes, room);
  memory.fill(to + bytes, 0, room - bytes);
  return to;
}

export function zeroed(bytes: usize): usize {
  const to = heap.alloc(bytes);
  memory.fill(to, 0, bytes);
  return to;
}
