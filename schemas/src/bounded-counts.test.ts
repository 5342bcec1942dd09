import avro from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileSchema } from "./avro-types.ts";
import { checkCounts, hasCounts } from "./bounded-counts.ts";

const nested = compileSchema({
  type: "record",
  name: "R",
  fields: [
    {
      name: "list",
      type: { type: "array", items: ["null", "string", { type: "map", values: "double" }] },
    },
    { name: "fixed", type: { type: "fixed", name: "F", size: 3 } },
    { name: "kind", type: { type: "enum", name: "E", symbols: ["a", "b"] } },
    { name: "number", type: "long" },
    { name: "flag", type: "boolean" },
  ],
}).type;
const text = fc.string({ maxLength: 4 });
const value = fc.record({
  list: fc.array(
    fc.oneof(
      fc.constant(null),
      text.map((string) => ({ string })),
      fc.dictionary(text, fc.double({ noNaN: true }), { noNullPrototype: true }).map((map) => ({ map })),
    ),
  ),
  fixed: fc.constant(Buffer.alloc(3)),
  kind: fc.constantFrom("a", "b"),
  number: fc.integer(),
  flag: fc.boolean(),
});

test("types with arrays or maps anywhere inside hold counts", () => {
  expect(hasCounts(nested)).toBe(true);
  expect(hasCounts(compileSchema(["null", { type: "map", values: "int" }]).type)).toBe(true);
  expect(
    hasCounts(compileSchema({ type: "record", name: "R", fields: [{ name: "a", type: ["null", "R"] }] }).type),
  ).toBe(false);
});

test("what avsc writes is let through, what is cut short is not", () => {
  const wrapped = avro.Type.forSchema(nested.schema() as never, { wrapUnions: true });
  fc.assert(
    fc.property(value, fc.nat(), (own, cut) => {
      const bytes = wrapped.toBuffer(own);
      expect(() => checkCounts(wrapped, bytes, 0)).not.toThrow();
      expect(() => checkCounts(wrapped, bytes.subarray(0, cut % bytes.length), 0)).toThrow();
    }),
  );
});

test.each([
  ["a count beyond the bytes", "feffffffffffff1f00"],
  ["a count of items that take no bytes", "80808080808080808001"],
  ["a block that leads backwards", "0101"],
  ["a block of more bytes than there are", "01c801"],
  // One null in a byte: by its items the list ends at 00, by its size the next count is 2^34.
  ["a block of another size than its items", "010200feffffffff0f"],
])("%s ends at once", (_, hex) => {
  for (const items of ["null", "string", { type: "record", name: "Empty", fields: [] }]) {
    const { type } = compileSchema({ type: "array", items });
    expect(() => checkCounts(type, Buffer.from(hex, "hex"), 0)).toThrow(RangeError);
  }
});

test("lists of lists of items without bytes end at once", () => {
  const { type } = compileSchema({ type: "array", items: { type: "array", items: "null" } });
  const inner = Buffer.from("80897a00", "hex");
  const lists = 250_000;
  const value = Buffer.concat([
    Buffer.from("c0c21e", "hex"),
    ...Array.from({ length: lists }, () => inner),
    Buffer.alloc(1),
  ]);
  expect(() => checkCounts(type, value, 0)).toThrow("more items than bytes");
});
