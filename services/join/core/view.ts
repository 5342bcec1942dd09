// The record that is being applied: where its fields are, in the order of our own schema's fields, as its owner's view has them.

const fieldsMax = 32;

/** Strings and bytes: first byte, as an offset from `viewBase`; how many bytes, −1 where null; f64: numbers, NaN where null. */
export const startsAt: usize = memory.data(fieldsMax * 4, 8);
export const lengthsAt: usize = memory.data(fieldsMax * 4, 8);
export const numbersAt: usize = memory.data(fieldsMax * 8, 8);

/** Address that the offsets count from, and of the first and behind the last byte that is the record's. */
let base: usize = 0;
let from: usize = 0;
let to: usize = 0;

export function setView(at: usize, first: usize, end: usize): void {
  base = at;
  from = first;
  to = end;
}

export function fieldStart(field: usize): usize {
  return base + load<i32>(startsAt + (field << 2));
}

export function fieldLength(field: usize): i32 {
  return load<i32>(lengthsAt + (field << 2));
}

export function fieldNumber(field: usize): f64 {
  return load<f64>(numbersAt + (field << 3));
}

// A field's place in our schema. A test holds them against the model.

export namespace Send {
  export const tenant: usize = 2;
  export const campaign: usize = 3;
  export const source: usize = 4;
  export const occurred_at: usize = 5;
  export const recipient_domain: usize = 7;
  export const recipient_hash: usize = 8;
}

export namespace Delivery {
  export const tenant: usize = 2;
  export const source: usize = 3;
  export const occurred_at: usize = 4;
  export const precision_ms: usize = 5;
  export const started_at: usize = 6;
  export const outcome: usize = 7;
  export const stage: usize = 8;
  export const mx_host: usize = 13;
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
