import avro from "avsc";
import {
  compileSchema,
  encodeEvent,
  kinds,
  outcomes,
  readSchema,
  stages,
  type Delivery,
  type Engagement,
  type Input,
  type InputEvent,
  type Send,
} from "@antedate/schemas";
import fc from "fast-check";

// Arbitrary events, and arbitrary schemas of producers that write them in their own way.

export const appendTime: number = Date.UTC(2026, 5, 1);

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
export const anyEvent: fc.Arbitrary<InputEvent> = fc.oneof(
  anySend.map((event): InputEvent => ({ input: "sends", event })),
  anyDelivery.map((event): InputEvent => ({ input: "deliveries", event })),
  anyEngagement.map((event): InputEvent => ({ input: "engagements", event })),
);

export const schemaNames: Record<Input, string> = { sends: "send", deliveries: "delivery", engagements: "engagement" };

export function headerOf(input: Input): string {
  return compileSchema(readSchema(schemaNames[input])).header.toString("hex");
}

export interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

export interface Writer {
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

export const written = anyEvent.chain((own) => fc.tuple(fc.constant(own), writerOf(own.input)));

/** The record as the writer sends it, and as we must read it. */
export function asWritten({ input, event }: InputEvent, { schema, omitted }: Writer) {
  const extra = Object.fromEntries(addedValues.map((value, index) => [`added_${index}`, value]));
  const body = avro.Type.forSchema(schema as never).toBuffer({ ...event, ...extra });
  const { fields } = readSchema(schemaNames[input]) as { fields: Field[] };
  const defaults = fields.filter((field) => omitted.includes(field.name)).map((field) => [field.name, field.default]);
  return { body, expected: { input, event: { ...event, ...Object.fromEntries(defaults) } } };
}

export function encoded({ input, event }: InputEvent): Buffer {
  return encodeEvent(input, event);
}

/** A copy with these bits turned, counted over the bytes again and again. */
export function flip(value: Buffer, bits: readonly number[]): Buffer {
  const flipped = Buffer.from(value);
  for (const bit of bits) {
    const index = (bit >> 3) % value.length;
    flipped[index] = (flipped[index] as number) ^ (1 << (bit & 7));
  }
  return flipped;
}

export function keyOf({ event }: InputEvent): Buffer {
  return Buffer.from(event.message_id);
}
