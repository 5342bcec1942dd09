import avro from "avsc";
import {
  compileSchema,
  deliveryField,
  engagementField,
  EventView,
  inputs,
  readRecord,
  readSchema,
  sendField,
  ViewReader,
  WriterSchemas,
  type Input,
  type InputEvent,
  type RejectReason,
} from "@antedate/schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  anyEvent,
  appendTime,
  encoded,
  flip,
  headerOf,
  keyOf,
  schemaNames,
  written,
  type Field,
} from "../support/written-events.ts";

// ViewReader against readRecord: the same verdict and the same fields from the same bytes, whatever they are.

const places: Record<Input, Record<string, number>> = {
  sends: sendField,
  deliveries: deliveryField,
  engagements: engagementField,
};
const current = new WriterSchemas();
const currentReader = new ViewReader(current);
const view = new EventView();

interface Case {
  input: Input;
  key: Buffer | null;
  value: Buffer | null;
}

type Verdict = null | RejectReason | { schemaId: number };

/** Reads both ways, the view out of the middle of a buffer; gives the verdict and whether the bytes stayed in place. */
function readBoth(
  { input, key, value }: Case,
  schemas: WriterSchemas = current,
  reader: ViewReader = currentReader,
): { verdict: Verdict; inPlace: boolean } {
  const padding = Buffer.alloc(7, 0xff);
  const bytes = Buffer.concat([padding, key ?? padding, padding, value ?? padding, padding]);
  const keyStart = padding.length;
  const valueStart = keyStart + (key ?? padding).length + padding.length;
  const verdict = reader.read(
    input,
    bytes,
    keyStart,
    key === null ? -1 : key.length,
    valueStart,
    value === null ? -1 : value.length,
    appendTime,
    view,
  );
  const expected = readRecord(input, { key, value, appendTime }, schemas);
  if ("rejected" in expected) expect(verdict).toBe(expected.rejected);
  else if ("schemaId" in expected) expect(verdict).toEqual(expected);
  else {
    expect(verdict).toBe(null);
    expect(viewed(input)).toEqual(flat(expected.event as never));
  }
  return { verdict, inPlace: view.bytes === bytes };
}

/** What the view holds, read as our schema says. */
function viewed(input: Input): Record<string, unknown> {
  const { fields } = readSchema(schemaNames[input]) as { fields: Field[] };
  const entries = fields.map(({ name, type }) => {
    const index = places[input][name] as number;
    const plain = Array.isArray(type) ? type[1] : type;
    if (plain === "string" || plain === "bytes") {
      const [start, length] = [view.start[index] as number, view.length[index] as number];
      if (length === -1) return [name, null];
      const bytes = Buffer.from(view.bytes.subarray(start, start + length));
      return [name, plain === "string" ? bytes.toString() : bytes.toString("hex")];
    }
    const number = view.number[index] as number;
    if (Number.isNaN(number)) return [name, null];
    if (plain === "boolean") return [name, number === 1];
    return [name, typeof plain === "object" ? (plain as { symbols: string[] }).symbols[number] : number];
  });
  return Object.fromEntries(entries);
}

function flat(event: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(event).map(([name, value]) => {
    return [name, value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value];
  });
  return Object.fromEntries(entries);
}

const runs = { numRuns: 1_500 };

test("the places of fields are those of the Avro files", () => {
  for (const input of inputs) {
    const { fields } = readSchema(schemaNames[input]) as { fields: Field[] };
    expect(Object.entries(places[input])).toEqual(fields.map(({ name }, index) => [name, index]));
  }
});

/** A time 70 000 years from now is left to avsc. */
function isPlain({ event }: InputEvent, omitted: string[] = []): boolean {
  const startedAt = "started_at" in event && !omitted.includes("started_at") ? (event.started_at ?? 0) : 0;
  return startedAt >= -(2 ** 51) && startedAt < 2 ** 51;
}

test("an event of our schema is read in place", () => {
  fc.assert(
    fc.property(anyEvent, (own) => {
      const read = readBoth({ input: own.input, key: keyOf(own), value: encoded(own) });
      expect(read).toEqual({ verdict: null, inPlace: isPlain(own) });
    }),
    runs,
  );
});

test("prefixes, bytes left over, flipped bits, other inputs, strange bytes", () => {
  const bits = fc.array(fc.nat(), { maxLength: 5 });
  const input = fc.constantFrom(...inputs);
  fc.assert(
    fc.property(anyEvent, fc.nat(), bits, input, fc.uint8Array({ maxLength: 3 }), (own, cut, flips, other, extra) => {
      const [key, value] = [keyOf(own), encoded(own)];
      readBoth({ input: own.input, key, value: value.subarray(0, cut % value.length) });
      readBoth({ input: own.input, key, value: flip(value, flips) });
      readBoth({ input: other, key, value });
      readBoth({ input: own.input, key: Buffer.from(extra), value });
      readBoth({ input: own.input, key: flip(key, flips), value });
      readBoth({ input: own.input, key, value: Buffer.concat([value, extra]) });
    }),
    runs,
  );
  const headers = fc.constantFrom("", "c301", "00", "0000000007", ...inputs.map(headerOf));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), headers, input, (body, header, own) => {
      readBoth({ input: own, key: Buffer.of(109), value: Buffer.concat([Buffer.from(header, "hex"), body]) });
    }),
    { numRuns: 5_000 },
  );
});

test("null keys and values, empty ones, values that are too large", () => {
  const value = Buffer.alloc(1024 * 1024 + 1, headerOf("sends"), "hex");
  for (const key of [null, Buffer.alloc(0), Buffer.from("m")]) {
    for (const one of [null, Buffer.alloc(0), value]) readBoth({ input: "sends", key, value: one });
  }
});

/** Bytes that are no UTF-8, in every string: the message ID's key is its replacement, or the bytes themselves. */
test("bytes that are no UTF-8", () => {
  const odd = fc.constantFrom("ff", "c080", "eda080", "f4908080", "e282", "c3a9", "efbfbd");
  const ascii = avro.Type.forSchema(bytesInsteadOfStrings(readSchema("delivery")) as never);
  fc.assert(
    fc.property(odd, odd, fc.boolean(), (id, text, asWritten) => {
      const message_id = Buffer.from(`6d${id}6d`, "hex");
      const shared = { event_id: Buffer.from(text, "hex"), message_id, tenant: Buffer.from("t"), source: message_id };
      const rest = { occurred_at: appendTime, precision_ms: 1, outcome: "accepted", stage: "unknown" };
      const nulls = ["started_at", "attempt", "smtp_code", "enhanced_code", "diagnostic", "mx_host", "mx_ip"];
      const all = { ...shared, ...rest, ...Object.fromEntries(nulls.map((name) => [name, null])) };
      const body = ascii.toBuffer({ ...all, recipient_domain: Buffer.from(text, "hex") });
      const key = asWritten ? message_id : Buffer.from(message_id.toString());
      readBoth({ input: "deliveries", key, value: Buffer.concat([Buffer.from(headerOf("deliveries"), "hex"), body]) });
    }),
    { numRuns: 200 },
  );
});

function bytesInsteadOfStrings(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"string"', '"bytes"'));
}

test("numbers in more bytes than they need, or beyond what they may be", () => {
  const odd = fc.constantFrom("8000", "feffffff0f", "feffffffff0f", "ffffffffffffff1f", "ffffffffffffff3f", "02");
  const zeros = fc.integer({ min: 0, max: 200 }).map((count) => "80".repeat(count) + "00");
  fc.assert(
    fc.property(fc.oneof(odd, zeros), fc.oneof(odd, zeros), fc.nat(9), (first, second, at) => {
      const fields = ["0265", "026d", "0274", "00", "0273", "80a0d4e5f566", "d00f", "0264", "0268", "00"];
      fields[at] = first;
      if (at !== 9) fields[9] = `02${second}`;
      const value = Buffer.from(headerOf("sends") + fields.join(""), "hex");
      readBoth({ input: "sends", key: Buffer.from("m"), value });
    }),
    { numRuns: 2_000 },
  );
});

test("what other writers wrote is read in place too, and judged alike where bits are flipped", () => {
  const bits = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(written, bits, fc.boolean(), ([own, writer], flips, byId) => {
      const type = avro.Type.forSchema(writer.schema as never);
      const extra = { added_0: "added", added_1: 7, added_2: null, added_3: ["a", "b"], added_4: { inner: 1 } };
      const { header, schemas } = knownAs(writer.schema, byId);
      const value = Buffer.concat([header, type.toBuffer({ ...own.event, ...extra })]);
      const reader = new ViewReader(schemas);
      const read = readBoth({ input: own.input, key: keyOf(own), value }, schemas, reader);
      expect(read).toEqual({ verdict: null, inPlace: isPlain(own, writer.omitted) });
      readBoth({ input: own.input, key: keyOf(own), value: flip(value, flips) }, schemas, reader);
      readBoth({ input: own.input, key: keyOf(own), value: value.subarray(0, -1) }, schemas, reader);
    }),
    { numRuns: 200 },
  );
});

function knownAs(schema: unknown, byId: boolean): { header: Buffer; schemas: WriterSchemas } {
  const schemas = new WriterSchemas();
  if (byId) schemas.addById(7, schema);
  else schemas.add(schema);
  return { header: byId ? Buffer.from("0000000007", "hex") : compileSchema(schema).header, schemas };
}

/** Other types for ours, with and without an order of the union's branches that is ours. */
function variantsOf({ name, type, ...rest }: Field): Field[] {
  const [isNullable, plain] = Array.isArray(type) ? [true, type[1] as unknown] : [false, type];
  const plains: unknown[] = [plain];
  if (plain === "string") plains.push("bytes");
  if (plain === "bytes") plains.push("string");
  if (plain === "long") plains.push("int", "double");
  if (plain === "int") plains.push("long");
  if (typeof plain === "object") {
    const { symbols, ...own } = plain as { symbols: string[] };
    plains.push({ ...own, symbols: symbols.toReversed() }, { ...own, symbols: symbols.slice(1) });
    plains.push({ ...own, symbols: [...symbols, "never_heard_of"] });
  }
  const unions = plains.flatMap((one) => [one, [one], [one, "null"], ["null", one]]);
  const types = isNullable ? ["null", ["null"], ...unions, ["int", "null", "string"]] : unions;
  return types.map((one) => ({ name, type: one, ...rest, default: undefined }));
}

const addedTypes: unknown[] = [
  "null",
  "boolean",
  "float",
  "double",
  "bytes",
  { type: "fixed", name: "Fixed", size: 5 },
  { type: "enum", name: "Enum", symbols: ["a", "b"] },
  ["null", "string", { type: "map", values: ["null", "long"] }],
  { type: "array", items: { type: "array", items: { type: "record", name: "Empty", fields: [] } } },
  { type: "map", values: { type: "array", items: "string" } },
  { type: "record", name: "List", fields: [{ name: "next", type: ["null", "List"] }] },
  { type: "array", items: "null" },
];

test("other types, unions and fields in between: random values of random writers", () => {
  const writer = fc.constantFrom(...inputs).chain((input) => {
    const { fields, ...rest } = readSchema(schemaNames[input]) as { fields: Field[] };
    const own = fc.tuple(
      ...fields.map((field) =>
        fc.oneof({ weight: 6, arbitrary: fc.constant(field) }, fc.constantFrom(...variantsOf(field))),
      ),
    );
    const added = fc.subarray(addedTypes.map((type, index): Field => ({ name: `added_${index}`, type })));
    return fc
      .tuple(own, added)
      .chain(([some, more]) => fc.shuffledSubarray([...some, ...more], { minLength: some.length + more.length }))
      .map((all) => ({ input, schema: { ...rest, fields: all } }));
  });
  let valid = 0;
  const bits = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(writer, bits, ({ input, schema }, flips) => {
      const { header, schemas } = knownAs(schema, false);
      const reader = new ViewReader(schemas);
      const type = avro.Type.forSchema(schema as never);
      for (let round = 0; round < 5; round++) {
        const random = type.random() as unknown as Record<string, unknown>;
        if (schema.fields.some((field) => field.name === "occurred_at" && field.type === "long"))
          random.occurred_at = appendTime;
        const value = Buffer.concat([header, type.toBuffer(random)]);
        const id = random.message_id as string | Buffer | Record<string, string> | null;
        const key = Buffer.from(typeof id === "string" || Buffer.isBuffer(id) ? id : "");
        try {
          if (readBoth({ input, key, value }, schemas, reader).verdict === null) valid++;
          readBoth({ input, key, value: flip(value, flips) }, schemas, reader);
        } catch (error) {
          // avsc's random values follow no seed.
          throw new Error(`of ${JSON.stringify(schema)}: ${value.toString("hex")}`, { cause: error });
        }
      }
    }),
    { numRuns: 250, endOnFailure: true },
  );
  expect(valid).toBeGreaterThan(0);
});

test("writers with counts: strange bytes are judged alike", () => {
  const { fields, ...rest } = readSchema("send") as { fields: Field[] };
  const writers = addedTypes.map((type) => {
    const known = knownAs({ ...rest, fields: [{ name: "added", type }, ...fields] }, false);
    return { ...known, reader: new ViewReader(known.schemas) };
  });
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 0x80, 0xff), { maxLength: 40 }).map((all) => Uint8Array.from(all)),
  );
  const tail = Buffer.from("0265026d0274000273" + "80a0d4e5f566" + "d00f0264026800", "hex");
  fc.assert(
    fc.property(fc.constantFrom(...writers), value, fc.boolean(), ({ header, schemas, reader }, body, isWhole) => {
      const bytes = Buffer.concat([header, body, ...(isWhole ? [tail] : [])]);
      readBoth({ input: "sends", key: Buffer.from("m"), value: bytes }, schemas, reader);
    }),
    { numRuns: 4_000 },
  );
});
