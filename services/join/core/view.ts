// Records that wait to be applied, and the one that is: where its fields are, in the order of our own schema's fields, as its
// owner's view has them. One entry of 320 bytes for each.

/** The parts of an entry, in bytes. Starts, lengths and numbers are the owner's; the rest is the core's. */
export namespace Entry {
  export const bytes: usize = 320;
  /** i32: first byte of a string or bytes, as an offset from the base. */
  export const starts: usize = 0;
  /** i32: how many bytes, −1 where null. */
  export const lengths: usize = 64;
  /** f64: numbers, NaN where null. */
  export const numbers: usize = 128;
  /** Of the message ID, four words. */
  export const hash: usize = 256;
  /** Two words of the event's identity. */
  export const identity: usize = 272;
  /** Address that the starts count from, and of the first and behind the last byte that is the record's. */
  export const base: usize = 280;
  export const from: usize = 284;
  export const to: usize = 288;
  export const input: usize = 292;
  export const offset: usize = 296;
  export const appendTime: usize = 304;
  /** The message that was found for the hash in advance, −1 where there was none. */
  export const found: usize = 312;
}

/** Records that are applied together: their memory is asked for together. */
export const queueMax = 32;
export const queueAt: usize = memory.data(32 * 320, 16);
export const entryBytes: usize = Entry.bytes;

let entry: usize = queueAt;
let from: usize = 0;
let to: usize = 0;

export function entryAt(place: i32): usize {
  return queueAt + <usize>place * Entry.bytes;
}

/** Puts a record, whose fields are in the entry already, in its place in the queue. */
export function setEntry(place: i32, input: i32, base: usize, first: usize, end: usize, offset: f64, time: f64): void {
  const at = entryAt(place);
  store<usize>(at, base, Entry.base);
  store<usize>(at, first, Entry.from);
  store<usize>(at, end, Entry.to);
  store<i32>(at, input, Entry.input);
  store<f64>(at, offset, Entry.offset);
  store<f64>(at, time, Entry.appendTime);
}

/** The functions below are of this entry. */
export function selectEntry(at: usize): void {
  entry = at;
  from = load<usize>(at, Entry.from);
  to = load<usize>(at, Entry.to);
}

export function fieldStart(field: usize): usize {
  return load<usize>(entry, Entry.base) + load<i32>(entry + (field << 2), Entry.starts);
}

export function fieldLength(field: usize): i32 {
  return load<i32>(entry + (field << 2), Entry.lengths);
}

export function fieldNumber(field: usize): f64 {
  return load<f64>(entry + (field << 3), Entry.numbers);
}

export function selectedEntry(): usize {
  return entry;
}

// A field's place in our schema. A test holds them against the model.

export namespace Send {
  export const tenant: usize = 2;
  export const campaign: usize = 3;
  export const source: usize = 4;
  export const occurred_at: usize = 5;
  export const precision_ms: usize = 6;
  export const recipient_domain: usize = 7;
  export const recipient_hash: usize = 8;
  export const link_count: usize = 9;
}

export namespace Delivery {
  export const tenant: usize = 2;
  export const source: usize = 3;
  export const occurred_at: usize = 4;
  export const precision_ms: usize = 5;
  export const started_at: usize = 6;
  export const outcome: usize = 7;
  export const stage: usize = 8;
  export const attempt: usize = 9;
  export const smtp_code: usize = 10;
  export const enhanced_code: usize = 11;
  export const diagnostic: usize = 12;
  export const mx_host: usize = 13;
  export const mx_ip: usize = 14;
  export const recipient_domain: usize = 15;
}

export namespace Engagement {
  export const tenant: usize = 2;
  export const source: usize = 3;
  export const occurred_at: usize = 4;
  export const precision_ms: usize = 5;
  export const kind: usize = 6;
  export const url: usize = 7;
  export const link_id: usize = 8;
  export const ip: usize = 9;
  export const user_agent: usize = 10;
  export const method: usize = 11;
  export const machine_hint: usize = 12;
  export const recipient_ambiguous: usize = 13;
}

/** In the same place in all three. */
export const eventIdField: usize = 0;
export const messageIdField: usize = 1;

// Fields that stand in a record side by side, in the same encoding as in a row, are copied as one run of bytes. Whether
// they do is told by the bytes themselves: nothing is taken for granted of the writer's schema. 0 says that they do not.

/** Where the string of a field ends, if its encoding begins at `at`. */
export function encodedEnd(field: usize, at: usize): usize {
  return at != 0 && encodedStart(field) == at ? fieldStart(field) + fieldLength(field) : 0;
}

/** Where a string or null ends, if its encoding begins at `at`. */
export function encodedEndOrNull(field: usize, at: usize): usize {
  if (at < from || at >= to) return 0;
  const branch = load<u8>(at);
  if (fieldLength(field) < 0) return branch == 0 ? at + 1 : 0;
  return branch == 2 ? encodedEnd(field, at + 1) : 0;
}

/** Where the encoding of a field begins that is a string and not null. */
export function encodedStart(field: usize): usize {
  const start = fieldStart(field);
  const length = fieldLength(field);
  if (length < 64) return start > from && load<u8>(start - 1) == <u8>(length << 1) ? start - 1 : 0;
  const isSame =
    length < 8_192 &&
    start > from + 1 &&
    load<u8>(start - 1) == <u8>(length >> 6) &&
    load<u8>(start - 2) == <u8>(((length << 1) & 127) + 128);
  return isSame ? start - 2 : 0;
}

/** Where the encoding of strings or nulls could begin, as told by the first that is not null. */
export function encodedStartOrNull(first: usize, last: usize): usize {
  for (let field = first; field <= last; field++) {
    if (fieldLength(field) < 0) continue;
    // A null before it takes a byte, as does the branch of its own.
    const start = encodedStart(field);
    return start == 0 ? 0 : start - 1 - (field - first);
  }
  return 0;
}
