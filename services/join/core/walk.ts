import { equalBytes } from "./bytes";
import { applyQueued, cuts } from "./task";
import { Delivery, Entry, entryAt, messageIdField, queueMax, Send, setEntry } from "./view";
import { bitsOf, numberBytes, signed } from "./numbers";
import { walkValue } from "./walk-values";

// The records of a batch (Kafka's format 2), read where they stand. What the owner's `RecordCursor` and `ViewReader` would give
// to the queue is put into it, so that most records need nothing of the owner. The first that is odd in any way is left to
// him: a null, a number of many bytes, an ID that is not ASCII, another writer, an event that is none.

/** Before a value's fields. */
const headerBytes: i32 = 10;
/** The first two bytes of a value that says its writer by a fingerprint. */
const mark: u16 = 0x01c3;
const valueBytesMax: i32 = 1024 * 1024;
const earliest: f64 = 946_684_800_000;
const latestAfter: f64 = 86_400_000;

/** i32: how many bytes the records have that were walked last. */
export const walkedBytes: usize = memory.data(4, 4);

// The record that was framed last.
let recordEnd: usize = 0;
let timeDelta: f64 = 0;
let offsetDelta: f64 = 0;
let keyAt: usize = 0;
let keyLength: i32 = 0;
let valueAt: usize = 0;
let valueLength: i32 = 0;

/**
 * Queues records of an input, the first of which begins at `from`, behind those that are queued; a full queue is applied.
 * Ends at `end`, after `count` records, before one that is later than `latest`, after a cut, before one that is odd. Gives
 * how many it took.
 *
 * `offset` is that of the first in a row in which none is missing, else what they count from.
 * `time` is that of all, or where they differ what they count from. The two halves of a fingerprint name our own schema.
 */
export function walkRecords(
  input: i32,
  queued: i32,
  from: usize,
  end: usize,
  count: i32,
  offset: f64,
  isDense: bool,
  time: f64,
  isTimeOfAll: bool,
  latest: f64,
  writerLow: i32,
  writerHigh: i32,
): i32 {
  const writer = ((<u64>(<u32>writerHigh)) << 32) | <u64>(<u32>writerLow);
  const cutsBefore = cuts;
  let at = from;
  let place = queued;
  let last: f64 = -Infinity;
  let taken = 0;
  while (taken < count && frame(at, end)) {
    const ownTime = isTimeOfAll ? time : time + timeDelta;
    const ownOffset = isDense ? offset + <f64>taken : offset + offsetDelta;
    if (ownTime > latest || ownOffset <= last || !readEvent(input, entryAt(place), ownTime, writer)) break;
    const to = valueAt + valueLength;
    setEntry(place, input, 0, valueAt + headerBytes, to, ownOffset, ownTime);
    last = ownOffset;
    at = recordEnd;
    taken++;
    if (++place < queueMax) continue;
    place = 0;
    applyQueued(queueMax);
    if (cuts != cutsBefore) break;
  }
  store<i32>(walkedBytes, <i32>(at - from));
  return taken;
}

/** Finds the parts of a record. False where it is odd or does not end by `end`. */
function frame(from: usize, end: usize): bool {
  if (from >= end) return false;
  const length = load<u64>(from);
  const lengthBytes = numberBytes(length);
  const bytes = signed(bitsOf(length));
  let at = from + lengthBytes;
  if (lengthBytes > 4 || bytes < 0 || bytes > <i64>(<i32>(end - at))) return false;
  recordEnd = at + <usize>bytes;
  // The record's own attributes have no meaning yet.
  at++;
  const time = load<u64>(at);
  const timeBytes = numberBytes(time);
  at += timeBytes;
  const offset = load<u64>(at);
  const offsetBytes = numberBytes(offset);
  at += offsetBytes;
  const key = load<u64>(at);
  const keyBytes = numberBytes(key);
  at += keyBytes;
  if (timeBytes > 7 || offsetBytes > 4 || keyBytes > 4) return false;
  timeDelta = <f64>signed(bitsOf(time));
  offsetDelta = <f64>signed(bitsOf(offset));
  keyAt = at;
  keyLength = <i32>signed(bitsOf(key));
  if (keyLength <= 0 || keyLength > <i32>(recordEnd - at)) return false;
  at += keyLength;
  const value = load<u64>(at);
  const valueBytes = numberBytes(value);
  if (valueBytes > 4) return false;
  valueAt = at + valueBytes;
  valueLength = <i32>signed(bitsOf(value));
  // Headers are between the value and the end.
  return valueLength >= headerBytes && valueLength <= valueBytesMax && valueLength <= <i32>(recordEnd - valueAt);
}

/** Notes the fields of the framed record in an entry, if it is an event of ours, and says so. */
function readEvent(input: i32, entry: usize, appendTime: f64, writer: u64): bool {
  if (load<u16>(valueAt) != mark || load<u64>(valueAt, 2) != writer) return false;
  if (!walkValue(input, valueAt + headerBytes, valueAt + valueLength, entry)) return false;
  const occurredAt = load<f64>(entry + (occurredAtOf(input) << 3), Entry.numbers);
  if (occurredAt < earliest || occurredAt > appendTime + latestAfter) return false;
  const idLength = load<i32>(entry + (messageIdField << 2), Entry.lengths);
  return (
    idLength == keyLength && isAsciiKey(load<usize>(entry + (messageIdField << 2), Entry.starts), keyAt, keyLength)
  );
}

function occurredAtOf(input: i32): usize {
  return input == 0 ? Send.occurred_at : Delivery.occurred_at;
}

/** Whether two runs of bytes are the same and ASCII. */
function isAsciiKey(id: usize, key: usize, length: i32): bool {
  if (length < 16) {
    let bits: i32 = 0;
    for (let at = 0; at < length; at++) bits |= load<u8>(id + at);
    return bits < 128 && equalBytes(id, key, length);
  }
  // The last sixteen once more where they are no whole sixteen.
  const end = <usize>length - 16;
  const last = v128.load(id + end);
  let bits = last;
  let differences = v128.xor(last, v128.load(key + end));
  for (let at: usize = 0; at < end; at += 16) {
    const own = v128.load(id + at);
    bits = v128.or(bits, own);
    differences = v128.or(differences, v128.xor(own, v128.load(key + at)));
  }
  return i8x16.bitmask(bits) == 0 && !v128.any_true(differences);
}
