import type avro from "avsc";
import { partsOf } from "./avro-parts.ts";

// avsc believes the counts of arrays and maps, and byte sizes of their blocks: a count of 2^50 in twenty bytes is skipped
// item by item for years, a negative size for ever. Where it skips, it goes by a block's size, where it reads, by the
// items; so the two must agree, or it would find counts where nobody checked any. Ours have no arrays, producers' own
// schemas may.

/** Whether values of the type hold counts, so that they have to be checked before avsc reads them. */
export function hasCounts(type: avro.Type, seen: Set<avro.Type> = new Set<avro.Type>()): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  const { fields = [], itemsType, valuesType, types = [], underlyingType } = partsOf(type);
  if (itemsType || valuesType) return true;
  const inner = [...fields.map((field) => field.type), ...types, ...(underlyingType ? [underlyingType] : [])];
  return inner.some((one) => hasCounts(one, seen));
}

/**
 * Throws where a count says more than there are bytes, of one block and of all together, for items may take no bytes and
 * stand in lists of lists; and where a block's size is not that of its items. Everything else is left to avsc.
 */
export function checkCounts(type: avro.Type, value: Buffer, start: number): void {
  walk(type, { value, at: start, itemsLeft: value.length - start });
}

interface Cursor {
  value: Buffer;
  at: number;
  itemsLeft: number;
}

function walk(type: avro.Type, cursor: Cursor): void {
  const { fields = [], itemsType, valuesType, types = [], underlyingType, size = 0 } = partsOf(type);
  const name = type.typeName;
  if (underlyingType) walk(underlyingType, cursor);
  else if (name === "record" || name === "error") for (const field of fields) walk(field.type, cursor);
  else if (name.startsWith("union")) {
    const chosen = types[readLong(cursor)];
    if (chosen === undefined) throw new RangeError("no such branch");
    walk(chosen, cursor);
  } else if (itemsType ?? valuesType)
    walkBlocks((itemsType ?? valuesType) as avro.Type, valuesType !== undefined, cursor);
  else if (name === "string" || name === "bytes") advance(cursor, readLong(cursor));
  else if (name === "int" || name === "long" || name === "enum") readLong(cursor);
  else advance(cursor, { null: 0, boolean: 1, float: 4, double: 8 }[name as string] ?? size);
}

function walkBlocks(inner: avro.Type, isMap: boolean, cursor: Cursor): void {
  for (let count = readLong(cursor); count !== 0; count = readLong(cursor)) {
    const items = Math.abs(count);
    const bytes = count < 0 ? readLong(cursor) : null;
    const start = cursor.at;
    cursor.itemsLeft -= items;
    if (cursor.itemsLeft < 0) throw new RangeError("more items than bytes");
    for (let item = 0; item < items; item++) {
      if (isMap) advance(cursor, readLong(cursor));
      walk(inner, cursor);
    }
    if (bytes !== null && cursor.at - start !== bytes) throw new RangeError("a block of another size than its items");
  }
}

function advance(cursor: Cursor, bytes: number): void {
  if (bytes < 0 || bytes > cursor.value.length - cursor.at) throw new RangeError("truncated");
  cursor.at += bytes;
}

/** A zigzag number; beyond 2^53 it is not exact, which no check minds. */
function readLong(cursor: Cursor): number {
  let zigzag = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.value[cursor.at++];
    if (byte === undefined || scale > 2 ** 63) throw new RangeError("truncated");
    zigzag += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}
