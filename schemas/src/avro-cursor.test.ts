import fc from "fast-check";
import { expect, test } from "vitest";
import { AvroCursor, TornBytes } from "./avro-cursor.ts";
import { compileSchema } from "./avro-types.ts";
import { flatFields, skipFields } from "./flat-fields.ts";

const longType = compileSchema("long").type;
const intType = compileSchema("int").type;

/** What `read` makes of the bytes, and where it stands then; null for torn ones. */
function reading(bytes: Buffer, read: (cursor: AvroCursor) => number): { value: number; at: number } | null {
  const cursor = new AvroCursor(bytes, 0);
  try {
    return { value: read(cursor), at: cursor.at };
  } catch (error) {
    if (error instanceof TornBytes) return null;
    throw error;
  }
}

/** The same by avsc. */
function avscReading(bytes: Buffer, type: typeof longType): { value: number; at: number } | null {
  try {
    const { value, offset } = type.decode(bytes, 0) as { value: number; offset: number };
    return offset < 0 ? null : { value, at: offset };
  } catch {
    return null;
  }
}

// Mostly bytes that say that more follow, so that numbers become as long as they may and longer.
const numberBytes = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 128, max: 255 }) }, fc.nat({ max: 127 })), {
    maxLength: 20,
  })
  .map((bytes) => Buffer.from(bytes));

test("numbers are those that avsc reads, also beyond 64 bits, and torn where it reads none", () => {
  fc.assert(
    fc.property(numberBytes, (bytes) => {
      expect(reading(bytes, (cursor) => cursor.long())).toEqual(avscReading(bytes, longType));
      expect(reading(bytes, (cursor) => cursor.number())).toEqual(avscReading(bytes, intType));
    }),
    { numRuns: 5_000 },
  );
});

test("a number of endless bytes is the one that avsc makes of it", () => {
  for (const bytes of [Buffer.alloc(400, 0x80), Buffer.alloc(400, 0xff)]) {
    bytes[399] = 0;
    const found = reading(bytes, (cursor) => cursor.number());
    expect(found).toEqual(avscReading(bytes, intType));
    expect(found?.value).not.toBe(0);
  }
});

test("an exact long is read as what was written, over the whole range of the codec", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 53 - 2 }), (value) => {
      const bytes = longType.toBuffer(value);
      expect(reading(bytes, (cursor) => cursor.long())).toEqual({ value, at: bytes.length });
    }),
  );
});

test("a length or a count beyond the bytes is torn", () => {
  const bytes = Buffer.from([0x08, 1, 2, 3]);
  expect(reading(bytes, (cursor) => cursor.length())).toBeNull();
  expect(reading(bytes, (cursor) => cursor.itemCount(1))).toBeNull();
  expect(reading(Buffer.from([0x06, 1, 2, 3]), (cursor) => cursor.length())).toEqual({ value: 3, at: 1 });
  expect(reading(Buffer.from([0x06, 1, 2, 3]), (cursor) => cursor.itemCount(2))).toBeNull();
});

test("records are flattened and skipped to their end; lists are refused", () => {
  const inner = { type: "record", name: "Inner", fields: [{ name: "a", type: "long" }] };
  const fields = [
    { name: "inner", type: inner },
    { name: "text", type: ["null", "string"] },
    { name: "kind", type: { type: "enum", name: "Kind", symbols: ["x", "y"] } },
    { name: "is", type: "boolean" },
    { name: "bytes", type: "bytes" },
    { name: "count", type: "int" },
  ];
  const { type } = compileSchema({ type: "record", name: "Row", fields });
  const flat = flatFields(type, "row");
  expect(flat.map(({ name }) => name)).toEqual(["a", "text", "kind", "is", "bytes", "count"]);
  const value = { inner: { a: 2 ** 40 }, text: "é", kind: "y", is: true, bytes: Buffer.from("b"), count: -3 };
  const cursor = new AvroCursor(type.toBuffer(value), 0);
  skipFields(cursor, flat);
  expect(cursor.bytesLeft).toBe(0);
  expect(() => flatFields(compileSchema({ type: "array", items: "int" }).type, "list")).toThrow("list is not flat");
});
