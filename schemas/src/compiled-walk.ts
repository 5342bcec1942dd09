import type avro from "avsc";
import { fieldsOf, partsOf, withoutNull } from "./avro-parts.ts";
import { fieldsMax, type EventView } from "./model/event-view.ts";
import { skipCode } from "./walk-skip.ts";
import { byteCode, intCode, longCode, lengthCode, UnfitForWalk, WalkNames } from "./walk-code.ts";

/**
 * Notes in the view where each of our fields is in `bytes` from `at` to `end`. True means that avsc reads the same event
 * from the same bytes. False means nothing: what is odd in any way (truncated, a count that does not fit, a number in
 * more bytes than it needs) is for avsc to judge.
 */
export type Walk = (bytes: Buffer, at: number, end: number, view: EventView) => boolean;

/**
 * Writes the code that walks one writer's values, field after field without a loop. Null where only avsc can read the
 * writer's schema as ours. Asks that it can: the schemas have been resolved.
 *
 * Nothing is checked against `end` on the way: a position only grows, and one beyond the end stays there.
 */
export function compileWalk(reader: avro.Type, writer: avro.Type): Walk | null {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- made of places and sizes only, never of a schema's words
    const compile = new Function(walkCode(reader, writer)) as () => Walk;
    return compile();
  } catch (error) {
    if (error instanceof UnfitForWalk) return null;
    throw error;
  }
}

function walkCode(reader: avro.Type, writer: avro.Type): string {
  const ours = fieldsOf(reader);
  if (
    !["record", "error"].includes(writer.typeName) ||
    ours.length > fieldsMax ||
    ours.some(({ aliases }) => aliases.length > 0)
  )
    throw new UnfitForWalk();
  const names = new WalkNames();
  const indexOf = new Map(ours.map(({ name }, index) => [name, index]));
  const steps = fieldsOf(writer).map(({ name, type }) => {
    const index = indexOf.get(name);
    if (index === undefined) return skipCode(type, names);
    return readCode((ours[index] as (typeof ours)[0]).type, type, index);
  });
  const written = new Set(fieldsOf(writer).map(({ name }) => name));
  const defaults = ours.map((field, index) =>
    written.has(field.name) ? "" : defaultCode(field.type, field.defaultValue(), index),
  );
  return `"use strict";
    return function walk(bytes, at, end, view) {
      const { start, length, number } = view;
      const itemsMax = end - at;
      let items = 0, byte = 0, low = 0, high = 0;
      ${defaults.join("\n")}
      ${steps.join("\n")}
      return at === end;
    };`;
}

function readCode(ours: avro.Type, theirs: avro.Type, index: number): string {
  const { types, symbols } = partsOf(theirs);
  if (types) {
    const branches = types.map((type, branch) => `if (byte === ${branch * 2}) { ${readCode(ours, type, index)} }`);
    return `${byteCode} ${branches.join(" else ")} else return false;`;
  }
  if (theirs.typeName === "null") return nullCode(index);
  const plain = withoutNull(ours);
  const [from, to] = [theirs.typeName, plain?.typeName];
  if ((from === "string" || from === "bytes") && (to === "string" || to === "bytes")) return textCode(index);
  if (from === "int" && (to === "int" || to === "long")) return `${intCode} number[${index}] = low;`;
  if (from === "long" && to === "long") return `${longCode} number[${index}] = low;`;
  if (from === "boolean" && to === "boolean") return `number[${index}] = bytes[at++] ? 1 : 0;`;
  if (from === "enum" && to === "enum")
    return enumCode(partsOf(plain as avro.Type).symbols ?? [], symbols ?? [], index);
  throw new UnfitForWalk();
}

const nullCode = (index: number): string => `length[${index}] = -1; number[${index}] = NaN;`;

const textCode = (index: number): string => `${lengthCode} start[${index}] = at; length[${index}] = low; at += low;`;

function enumCode(ours: readonly string[], theirs: readonly string[], index: number): string {
  const places = theirs.map((symbol) => ours.indexOf(symbol));
  if (places.includes(-1)) throw new UnfitForWalk();
  const isOurs = places.every((place, symbol) => place === symbol);
  const place = isOurs ? "byte >> 1" : `${JSON.stringify(places)}[byte >> 1]`;
  return `${byteCode} if (byte & 129 || byte >= ${theirs.length * 2}) return false; number[${index}] = ${place};`;
}

function defaultCode(type: avro.Type, value: unknown, index: number): string {
  if (value === null) return nullCode(index);
  if (typeof value === "boolean" || typeof value === "number") return `number[${index}] = ${Number(value)};`;
  const symbol = typeof value === "string" ? partsOf(type).symbols?.indexOf(value) : undefined;
  if (symbol === undefined) throw new UnfitForWalk();
  return `number[${index}] = ${symbol};`;
}
