import avro from "avsc";
import {
  compileSchema,
  encodeEvent,
  inputs,
  kinds,
  outcomes,
  readRecord,
  readSchema,
  rejectReasons,
  stages,
  WriterSchemas,
  type Delivery,
  type Engagement,
  type Input,
  type InputEvent,
  type ReadRecord,
  type Send,
} from "@antedate/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const appendTime = Date.UTC(2026, 5, 1);
const runs = { numRuns: 1_000 };
const none = new WriterSchemas();

const text = fc.string({ unit: "binary", maxLength: 12 });
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** avsc reads a long below −2^52 one off; as a time that is the year −140 000. */
const safeLong = fc.integer({ min: -(2 ** 52), max: 2 ** 53 - 2 });
const occurredAt = fc.integer({ min: Date.UTC(2000, 0, 1), max: appendTime + 86_400_000 });
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const shared = {
  event_id: text,
  message_id: name,
  tenant: text,
  source: text,
  occurred_at: occurredAt,
  precision_ms: int32,
};

const anySend = fc.record<Send>({
  ...shared,
  campaign: orNull(text),
  recipient_domain: text,
  recipient_hash: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  link_count: orNull(int32),
});
const anyDelivery = fc.record<Delivery>({
  ...shared,
  started_at: orNull(safeLong),
  outcome: fc.constantFrom(...outcomes),
  stage: fc.constantFrom(...stages),
  attempt: orNull(int32),
  smtp_code: orNull(int32),
  enhanced_code: orNull(text),
  diagnostic: orNull(text),
  mx_host: orNull(text),
  mx_ip: orNull(text),
  recipient_domain: text,
});
const anyEngagement = fc.record<Engagement>({
  ...shared,
  kind: fc.constantFrom(...kinds),
  url: orNull(text),
  link_id: orNull(text),
  ip: orNull(text),
  user_agent: orNull(text),
  method: orNull(text),
  machine_hint: orNull(text),
  recipient_ambiguous: fc.boolean(),
});
const anyEvent: fc.Arbitrary<InputEvent> = fc.oneof(
  anySend.map((event): InputEvent => ({ input: "sends", event })),
  anyDelivery.map((event): InputEvent => ({ input: "deliveries", event })),
  anyEngagement.map((event): InputEvent => ({ input: "engagements", event })),
);

function read(input: Input, key: string, value: Buffer, schemas: WriterSchemas = none): ReadRecord {
  return readRecord(input, { key: Buffer.from(key), value, appendTime }, schemas);
}

function encoded({ input, event }: InputEvent): Buffer {
  return encodeEvent(input, event);
}

/** What was read is an event or a reason of the closed list, never an error. */
function expectJudged(result: ReadRecord): void {
  if ("rejected" in result) expect(rejectReasons).toContain(result.rejected);
  else if ("schemaId" in result) expect(result.schemaId).toBeTypeOf("number");
  else expect(inputs).toContain(result.input);
}

describe("the current schema", () => {
  test("what was encoded is read, whatever the strings and numbers", () => {
    fc.assert(
      fc.property(anyEvent, (own) => {
        expect(read(own.input, own.event.message_id, encoded(own))).toEqual(own);
      }),
      runs,
    );
  });

  test("no prefix of a value is a record", () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), (own, cut) => {
        const value = encoded(own);
        const result = read(own.input, own.event.message_id, value.subarray(0, cut % value.length));
        expect(result).toEqual({ rejected: "undecodable" });
      }),
      runs,
    );
  });

  test("flipped bits and strange bytes are judged, never thrown at the reader", () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyEvent, flips, fc.constantFrom(...inputs), (own, bits, input) => {
        const value = encoded(own);
        for (const bit of bits) {
          const index = (bit >> 3) % value.length;
          value[index] = (value[index] as number) ^ (1 << (bit & 7));
        }
        expectJudged(read(input, own.event.message_id, value));
      }),
      { numRuns: 3_000 },
    );
    const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const headers = fc.constantFrom("", "c301", "00", "0000000007", ...inputs.map(headerOf));
    fc.assert(
      fc.property(body, headers, fc.constantFrom(...inputs), (bytes, header, input) => {
        expectJudged(read(input, "m", Buffer.concat([Buffer.from(header, "hex"), bytes])));
      }),
      { numRuns: 3_000 },
    );
  });

  test("a record of one input is unknown in the topic of another", () => {
    fc.assert(
      fc.property(anyEvent, fc.constantFrom(...inputs), (own, input) => {
        fc.pre(input !== own.input);
        expect(read(input, own.event.message_id, encoded(own))).toEqual({ rejected: "unknown_schema" });
      }),
      runs,
    );
  });
});

const schemaNames: Record<Input, string> = { sends: "send", deliveries: "delivery", engagements: "engagement" };

function headerOf(input: Input): string {
  return compileSchema(readSchema(schemaNames[input])).header.toString("hex");
}

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

interface Writer {
  schema: { type: "record"; name: string; namespace: string; fields: Field[] };
  /** Fields of ours that this writer has no place for. */
  omitted: string[];
}

const addedTypes = [
  "string",
  "long",
  ["null", "double"],
  { type: "array", items: "string" },
  { type: "record", name: "Own", fields: [{ name: "inner", type: "int" }] },
];
const addedValues = ["added", 7, null, ["a", "b"], { inner: 1 }];

/** A schema that a producer may write instead of ours: fields in another order, some of its own, some of ours left out. */
function writerOf(input: Input): fc.Arbitrary<Writer> {
  const { name: recordName, fields } = readSchema(schemaNames[input]) as { name: string; fields: Field[] };
  const omissible = fields.filter((field) => "default" in field).map((field) => field.name);
  return fc
    .record({
      order: fc.shuffledSubarray(fields, { minLength: fields.length }),
      omitted: fc.subarray(omissible),
      added: fc.subarray(addedTypes.map((type, index): Field => ({ name: `added_${index}`, type }))),
      addedLast: fc.boolean(),
      namespace: fc.constantFrom("antedate", "com.example.mail"),
    })
    .map(({ order, omitted, added, addedLast, namespace }) => {
      const own = order.filter((field) => !omitted.includes(field.name));
      const all = addedLast ? [...own, ...added] : [...added, ...own];
      return { schema: { type: "record", name: recordName, namespace, fields: all }, omitted };
    });
}

const written = anyEvent.chain((own) => fc.tuple(fc.constant(own), writerOf(own.input)));

/** The record as the writer sends it, and as we must read it. */
function asWritten({ input, event }: InputEvent, { schema, omitted }: Writer) {
  const extra = Object.fromEntries(addedValues.map((value, index) => [`added_${index}`, value]));
  const body = avro.Type.forSchema(schema as never).toBuffer({ ...event, ...extra });
  const { fields } = readSchema(schemaNames[input]) as { fields: Field[] };
  const defaults = fields.filter((field) => omitted.includes(field.name)).map((field) => [field.name, field.default]);
  return { body, expected: { input, event: { ...event, ...Object.fromEntries(defaults) } } };
}

describe("other writers' schemas", () => {
  test("fields in another order, added, left out where there is a default, in another namespace: by fingerprint", () => {
    fc.assert(
      fc.property(written, ([own, writer]) => {
        const { body, expected } = asWritten(own, writer);
        const value = Buffer.concat([compileSchema(writer.schema).header, body]);
        const schemas = new WriterSchemas();
        schemas.add(writer.schema);
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("the same by the ID of a registry, which is asked for once", () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ([own, writer], schemaId) => {
        const { body, expected } = asWritten(own, writer);
        const header = Buffer.alloc(5);
        header.writeUInt32BE(schemaId, 1);
        const value = Buffer.concat([header, body]);
        const schemas = new WriterSchemas();
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual({ schemaId });
        schemas.addById(schemaId, writer.schema);
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("bytes of another writer are judged too, also where they hold lists of lists", () => {
    const added = fc.constantFrom<Field>(
      { name: "tags", type: { type: "array", items: "null" } },
      { name: "tags", type: { type: "map", values: { type: "array", items: ["null", "string"] } } },
      {
        name: "tags",
        type: { type: "array", items: { type: "array", items: { type: "record", name: "E", fields: [] } } },
      },
    );
    const bytes = fc.uint8Array({ maxLength: 200 }).map((own) => Buffer.from(own));
    fc.assert(
      fc.property(fc.constantFrom(...inputs), added, bytes, (input, field, body) => {
        const { fields, ...rest } = readSchema(schemaNames[input]) as { fields: Field[] };
        const schema = { ...rest, fields: [field, ...fields] };
        const schemas = new WriterSchemas();
        schemas.add(schema);
        expectJudged(read(input, "m", Buffer.concat([compileSchema(schema).header, body]), schemas));
      }),
      { numRuns: 3_000 },
    );
  });
});
