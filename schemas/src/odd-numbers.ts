import type avro from "avsc";
import { fieldsOf, withoutNull } from "./avro-parts.ts";

// avsc reads a number over as many bytes as say that one more follows. Past 146 of them it reads NaN, and a NaN as the
// length of bytes breaks the pool that it cuts buffers from: every later `bytes` of the process would be empty. An int it
// lets have any size, and nothing that has read it can write it again.

const runMax = 128;

/** Whether enough bytes in a row say that one more follows. Long texts in other alphabets have such a run too. */
export function mayHoldEndlessNumber(value: Buffer, start: number): boolean {
  let run = 0;
  for (let at = start; at < value.length; at++) {
    if ((value[at] as number) < 128) run = 0;
    else if (++run === runMax) return true;
  }
  return false;
}

const numberFields = new WeakMap<avro.Type, { ints: string[]; longs: string[] }>();

/** Whether every int of the event has 32 bits and every long is exact. */
export function fitsSchema(type: avro.Type, event: object): boolean {
  let fields = numberFields.get(type);
  if (!fields) numberFields.set(type, (fields = { ints: named(type, "int"), longs: named(type, "long") }));
  const values = event as Record<string, number | null>;
  for (const name of fields.ints) {
    const value = values[name] as number | null;
    if (value !== null && value !== (value | 0)) return false;
  }
  for (const name of fields.longs) {
    const value = values[name] as number | null;
    if (value !== null && !Number.isSafeInteger(value)) return false;
  }
  return true;
}

function named(type: avro.Type, typeName: string): string[] {
  return fieldsOf(type)
    .filter((field) => withoutNull(field.type)?.typeName === typeName)
    .map(({ name }) => name);
}
