import type { EventView } from "@antedate/schemas/model";

// Fields that stand in a record side by side, in the same encoding as in a row, are copied as one run of bytes. Whether they
// do is told by the bytes themselves: nothing is taken for granted of the writer's schema.

/** Where the string of a field ends, if its encoding begins at `at`; else −1. */
export function encodedEnd(view: EventView, field: number, at: number): number {
  const start = view.start[field] as number;
  const length = view.length[field] as number;
  return at >= 0 && lengthStart(view.data, start, length) === at ? start + length : -1;
}

/** Where a string or null ends, if its encoding begins at `at`; else −1. */
export function encodedEndOrNull(view: EventView, field: number, at: number): number {
  if (at < 0 || at >= view.bytes.length) return -1;
  const branch = view.data.getUint8(at);
  if ((view.length[field] as number) < 0) return branch === 0 ? at + 1 : -1;
  return branch === 2 ? encodedEnd(view, field, at + 1) : -1;
}

/** Where the encoding of a field begins that is a string and not null; −1 where its bytes are not such. */
export function encodedStart(view: EventView, field: number): number {
  return lengthStart(view.data, view.start[field] as number, view.length[field] as number);
}

/** Where the encoding of strings or nulls could begin, as told by the first that is not null; −1 where none is. */
export function encodedStartOrNull(view: EventView, first: number, last: number): number {
  for (let field = first; field <= last; field++) {
    // A null before it takes a byte, as does the branch of its own.
    if ((view.length[field] as number) >= 0) return encodedStart(view, field) - 1 - (field - first);
  }
  return -1;
}

/** Start of the shortest encoding of a length, which ends where its string starts; −1 where something else stands there. */
function lengthStart(data: DataView, start: number, length: number): number {
  if (length < 64) return start > 0 && data.getUint8(start - 1) === length << 1 ? start - 1 : -1;
  const isSame =
    length < 8_192 &&
    start > 1 &&
    data.getUint8(start - 1) === length >> 6 &&
    data.getUint8(start - 2) === ((length << 1) & 127) + 128;
  return isSame ? start - 2 : -1;
}
