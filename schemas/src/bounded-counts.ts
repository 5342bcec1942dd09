import type avro from "avsc";
import { partsOf } from "./avro-parts.ts";

// avsc believes the counts of arrays and maps, and byte sizes of their blocks: a count of 2^50 in twenty bytes is skipped
// item by item for years, a negative size for ever. Where it skips, it goes by a block's size, where it reads, by the
// items; so the two must agree, or it would find counts where nobody checked any. Without a count, fifty records that each
// hold the next one twice are 2^50 values in no bytes at all; and how deep a record may hold its own kind would depend on
// how full the stack is, so that one reader takes what the other rejects. Ours have none of these, producers' own
// schemas may.

/** Values that may be gone through for each byte, and for none. */
export const stepsPerByte = 16;
const stepsMin = 65_536;
/** Far below what a stack holds, and no less than the pieces of a compiled walk. */
const depthMax = 1_000;

/** Whether values of the type may be longer to go through than their bytes are, so that avsc reads them checked only. */
export function isCounted(type: avro.Type): boolean {
  return valuesIn(type, new Map()) > stepsMin;
}

/** How many values are in one of the type, each branch counted; Infinity where the bytes say it, or it may hold itself. */
function valuesIn(type: avro.Type, known: Map<avro.Type, number>): number {
  const found = known.get(type);
  if (found !== undefined) return found;
  known.set(type, Infinity);
  const { itemsType, valuesType } = partsOf(type);
  const sum = itemsType || valuesType ? Infinity : innerOf(type).reduce((all, one) => all + valuesIn(one, known), 1);
  known.set(type, sum);
  return sum;
}

function innerOf(type: avro.Type): readonly avro.Type[] {
  const { fields = [], types = [], underlyingType } = partsOf(type);
  return [...fields.map((field) => field.type), ...types, ...(underlyingType ? [underlyingType] : [])];
}

/**
 * Throws where a count says more than there are bytes, of one block and of all together, for items may take no bytes and
 * stand in lists of lists; where a block's size is not that of its items; where values are far more than bytes, or too
 * deep within each other. Everything else is left to avsc.
 */
export function checkCounts(type: avro.Type, value: Buffer, start: number): void {
  const bytes = value.length - start;
  walk(type, { value, at: start, itemsLeft: bytes, stepsLeft: stepsMin + stepsPerByte * bytes, depth: 0 });
}

interface Cursor {
  value: Buffer;
  at: number;
  itemsLeft: number;
  stepsLeft: number;
  depth: number;
}

function walk(type: avro.Type, cursor: Cursor): void {
  if (--cursor.stepsLeft < 0 || cursor.depth === depthMax) throw new RangeError("more values than bytes");
  cursor.depth++;
  walkInner(type, cursor);
  cursor.depth--;
}

function walkInner(type: avro.Type, cursor: Cursor): void {
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
