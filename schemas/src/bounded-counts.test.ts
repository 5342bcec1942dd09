import avro from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileSchema } from "./avro-types.ts";
import { checkCounts, isCounted } from "./bounded-counts.ts";

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

/** A record that holds the one below it twice, so many times over: 2^depth leaves. */
function doubling(depth: number, leaf: string): object {
  let inner: unknown = leaf;
  for (let level = 0; level < depth; level++) {
    const again = level === 0 ? leaf : `N${level - 1}`;
    const fields = [
      { name: "a", type: inner },
      { name: "b", type: again },
    ];
    inner = { type: "record", name: `N${level}`, fields };
  }
  return inner as object;
}
const chain = { type: "record", name: "R", fields: [{ name: "next", type: ["null", "R"] }] };

test("types with arrays or maps anywhere inside, with themselves or with very much inside are counted", () => {
  const counted = (schema: unknown): boolean => isCounted(compileSchema(schema).type);
  expect(isCounted(nested)).toBe(true);
  expect(counted(["null", { type: "map", values: "int" }])).toBe(true);
  expect(counted(chain)).toBe(true);
  expect(counted(doubling(50, "null"))).toBe(true);
  expect(counted(doubling(5, "null"))).toBe(false);
});

test.each(["null", "string"])("records that double end at once, with %s at their bottom", (leaf) => {
  const { type } = compileSchema(doubling(50, leaf));
  expect(() => checkCounts(type, Buffer.alloc(100), 0)).toThrow(RangeError);
});

test("items of many values without bytes end at once", () => {
  const fields = Array.from({ length: 900 }, (_, index) => ({ name: `n${index}`, type: "null" }));
  const { type } = compileSchema({ type: "array", items: { type: "record", name: "Q", fields } });
  const value = Buffer.concat([Buffer.from("80d461", "hex"), Buffer.alloc(1_000_000)]);
  expect(() => checkCounts(type, value, 0)).toThrow("more values than bytes");
});

test("a record may hold its own kind to a depth that no stack decides", () => {
  const { type } = compileSchema(chain);
  const deep = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 2), Buffer.alloc(1)]);
  expect(() => checkCounts(type, deep(400), 0)).not.toThrow();
  for (const depth of [600, 1_000_000]) expect(() => checkCounts(type, deep(depth), 0)).toThrow("more values");
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
