import { compileSchema, readSchema, rowFields, type Commit, type FlatField, type RowsName } from "@antedate/schemas";
import fc from "fast-check";

const { type, header } = compileSchema(readSchema("commit"));

/** Where the body of an encoded COMMIT begins. */
export const commitBodyStart: number = header.length;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 4, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 20 }) },
  // Around the lengths that take another byte, in Avro and in RowBinary.
  {
    weight: 1,
    arbitrary: fc.constantFrom(63, 64, 127, 128, 8_191, 8_192, 16_383, 16_384).map((length) => "x".repeat(length)),
  },
);
const count = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(65_535, 65_536), fc.nat());
const long = fc.oneof(
  fc.integer({ min: -70, max: 70 }),
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
  fc.integer({ min: -(2 ** 53) + 2, max: 2 ** 53 - 2 }),
);

function valueOf({ kind, isNullable, symbols }: FlatField): fc.Arbitrary<unknown> {
  const values: Record<FlatField["kind"], () => fc.Arbitrary<unknown>> = {
    string: () => text,
    int: () => count,
    long: () => long,
    boolean: () => fc.boolean(),
    bytes: () => fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    enum: () => fc.constantFrom(...symbols),
  };
  return isNullable ? fc.option(values[kind](), { nil: null }) : values[kind]();
}

function rows<Name extends RowsName>(name: Name): fc.Arbitrary<Commit[Name]> {
  const row = fc.record(Object.fromEntries(rowFields(name).map((field) => [field.name, valueOf(field)])));
  return fc.array(row, { maxLength: 4 }) as fc.Arbitrary<unknown> as fc.Arbitrary<Commit[Name]>;
}

const ranges = fc.array(fc.record({ first: long, count: long }), { maxLength: 3 });

/** Any COMMIT behind the record at offset 0, as far as its schema goes. */
export const anyCommit: fc.Arbitrary<Commit> = fc.record({
  prev: fc.constant(0),
  next_offsets: fc.record({ sends: long, deliveries: long, engagements: long }),
  task_time: long,
  engagements: rows("engagements"),
  messages: rows("messages"),
  messages_began_at: fc.array(long, { maxLength: 3 }),
  parked: rows("parked"),
  disposed: ranges,
  rejected_sends: ranges,
  rejected_deliveries: ranges,
  rejected_engagements: ranges,
  counters: fc.record({
    sends_read: long,
    deliveries_read: long,
    engagements_read: long,
    sends_rejected: long,
    deliveries_rejected: long,
    engagements_rejected: long,
    sends_duplicate: long,
    deliveries_duplicate: long,
    engagements_duplicate: long,
    sends_late: long,
    deliveries_late: long,
    contradicted: long,
    engagements_decided: long,
    messages_decided: long,
  }),
  parked_count: long,
  parked_xor: long,
  cut: fc.boolean(),
});

/** What may befall the body of a value: bits turned over, the end cut off, bytes added. */
export const anyDamage: fc.Arbitrary<(value: Buffer) => Buffer> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }).map((bits) => (value: Buffer) => {
      const damaged = Buffer.from(value);
      for (const bit of bits) {
        const at = commitBodyStart + ((bit >> 3) % (value.length - commitBodyStart));
        damaged[at] = (damaged[at] as number) ^ (1 << (bit & 7));
      }
      return damaged;
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat()
      .map((cut) => (value: Buffer) => value.subarray(0, commitBodyStart + (cut % (value.length - commitBodyStart)))),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 3 })
      .map((more) => (value: Buffer) => Buffer.concat([value, more])),
  },
);

interface Tap {
  buf: Buffer;
  pos: number;
  readLong(): number;
}

const { Tap: AvscTap } = (await import("avsc/lib/utils.js" as string)) as { Tap: new (buf: Buffer) => Tap };

/**
 * avsc reads on past the end and judges when it is done, which a count of 2^40 puts off for ever. Nothing is a record any
 * more past the end, so to give up there changes no verdict.
 */
class EndedTap extends AvscTap {
  override readLong(): number {
    if (this.pos > this.buf.length) throw new RangeError("past the end");
    return super.readLong();
  }
}

/** The COMMIT that avsc reads in a value; null where it reads none. */
export function decodedByAvsc(value: Buffer): Commit | null {
  const tap = new EndedTap(value.subarray(commitBodyStart));
  try {
    const commit = (type as unknown as { _read(from: Tap): Commit })._read(tap);
    return tap.pos === tap.buf.length ? commit : null;
  } catch {
    return null;
  }
}
