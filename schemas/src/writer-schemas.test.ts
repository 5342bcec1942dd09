import avro from "avsc";
import { expect, test } from "vitest";
import { compileSchema, readSchema } from "./avro-types.ts";
import { encodeEvent, readRecord } from "./event-codec.ts";
import type { Frame } from "./framing.ts";
import type { Engagement } from "./model/index.ts";
import { WriterSchemas } from "./writer-schemas.ts";

type Field = { name: string; type: unknown };
type Schema = { name: string; namespace: string; fields: Field[] };

const engagement: Engagement = {
  event_id: "e",
  message_id: "m",
  tenant: "t",
  source: "s",
  occurred_at: Date.UTC(2026, 0, 1),
  precision_ms: 1,
  kind: "unsubscribe",
  url: "/c",
  link_id: null,
  ip: null,
  user_agent: null,
  method: null,
  machine_hint: null,
  recipient_ambiguous: true,
};

const ours = readSchema("engagement") as Schema;
const byFingerprint = (schema: unknown): Exclude<Frame, { framing: "none" }> => ({
  framing: "single-object",
  fingerprint: compileSchema(schema).fingerprint,
  bodyStart: 10,
});

/** The event as a producer with this schema sends it. */
function written(schema: unknown, event: unknown): Buffer {
  return Buffer.concat([compileSchema(schema).header, avro.Type.forSchema(schema as never).toBuffer(event)]);
}

function read(value: Buffer, ...known: unknown[]) {
  const schemas = new WriterSchemas();
  for (const schema of known) schemas.add(schema);
  const record = { key: Buffer.from("m"), value, appendTime: engagement.occurred_at };
  return readRecord("engagements", record, schemas);
}

test("the current schema needs no resolver, a schema of nobody is unknown", () => {
  const schemas = new WriterSchemas();
  expect(schemas.resolve("engagements", byFingerprint(ours))).toMatchObject({ resolver: null });
  const foreign = { type: "record", name: "Other", fields: [{ name: "a", type: "int" }] };
  expect(schemas.resolve("engagements", byFingerprint(foreign))).toEqual({ missing: "unknown" });
  schemas.add(foreign);
  expect(schemas.resolve("engagements", byFingerprint(foreign))).toEqual({ missing: "unknown" });
});

test("a registry's ID is asked for until the registry has answered, be it with nothing", () => {
  const schemas = new WriterSchemas();
  const frame: Exclude<Frame, { framing: "none" }> = { framing: "confluent", schemaId: 7, bodyStart: 5 };
  expect(schemas.resolve("engagements", frame)).toEqual({ missing: "schema id", schemaId: 7 });
  schemas.addById(7, null);
  expect(schemas.resolve("engagements", frame)).toEqual({ missing: "unknown" });
  schemas.addById(7, ours);
  expect(schemas.resolve("engagements", frame)).toHaveProperty("found");
});

test("a resolver is built once for each writer", () => {
  const schemas = new WriterSchemas();
  const wider = { ...ours, fields: [...ours.fields, { name: "x", type: "int" }] };
  schemas.add(wider);
  const first = schemas.resolve("engagements", byFingerprint(wider));
  expect(first).toHaveProperty("resolver");
  expect(schemas.resolve("engagements", byFingerprint(wider))).toMatchObject({
    resolver: (first as { resolver: unknown }).resolver,
  });
});

test("an ID's schema is the one that was said first, with its resolver, be it said again or be nothing said", () => {
  const schemas = new WriterSchemas();
  const wider = (type: string) => ({ ...ours, fields: [...ours.fields, { name: "x", type }] });
  const writer = (schema: unknown) => {
    schemas.addById(7, schema);
    return schemas.writerById(7);
  };
  expect(writer(null)).toBeUndefined();
  const first = writer(wider("int"));
  expect(first).toBeDefined();
  expect(writer({ ...wider("int"), doc: "told again" })).toBe(first);
  expect(writer(null)).toBe(first);
  expect(writer({ type: "record" })).toBe(first);
  expect(writer(wider("long"))).toBe(first);
});

test("defaults of a writer are not built, however often they hold each other", () => {
  let inner: unknown = "null";
  for (let level = 0; level < 50; level++) {
    const own = level === 0 ? null : {};
    const fields = [
      { name: "a", type: inner, default: own },
      { name: "b", type: level === 0 ? "null" : `N${level - 1}`, default: own },
    ];
    inner = { type: "record", name: `N${level}`, fields };
  }
  const schemas = new WriterSchemas();
  schemas.addById(7, { ...ours, fields: [...ours.fields, { name: "x", type: inner, default: {} }] });
  expect(schemas.writerById(7)).toBeDefined();
});

test("a plain string serves where ours may be null, and a string that may be null does not serve where ours is plain", () => {
  const field = (name: string, type: unknown) => ours.fields.map((own) => (own.name === name ? { name, type } : own));
  const plain = { ...ours, fields: field("url", "string") };
  expect(read(written(plain, engagement), plain)).toEqual({ input: "engagements", event: engagement });
  const loose = { ...ours, fields: field("tenant", ["null", "string"]) };
  expect(read(written(loose, { ...engagement, tenant: "t" }), loose)).toEqual({ rejected: "unknown_schema" });
});

test("an enumeration in another order is read by its symbols, one with a symbol of its own is not known", () => {
  const kinds = ["complaint", "unsubscribe", "click", "open", "forward"];
  const kind = { name: "kind", type: { type: "enum", name: "EngagementKind", symbols: kinds } };
  const other = { ...ours, fields: ours.fields.map((own) => (own.name === "kind" ? kind : own)) };
  const result = read(written(other, { ...engagement, kind: "forward" }), other);
  expect(result).toHaveProperty("rejected");
  const known = { ...kind, type: { ...kind.type, symbols: kinds.slice(0, 4) } };
  const fewer = { ...ours, fields: ours.fields.map((own) => (own.name === "kind" ? known : own)) };
  expect(read(written(fewer, engagement), fewer)).toEqual({ input: "engagements", event: engagement });
});

test("what is no Avro schema is refused where it is added", () => {
  expect(() => new WriterSchemas().add({ type: "record" })).toThrow();
});

test("what a registry has of an ID and is no Avro schema is an unknown schema, and holds nothing up", () => {
  const schemas = new WriterSchemas();
  schemas.addById(5, { type: "record", name: "R", fields: [{ name: "a", type: "nothing" }] });
  expect(schemas.resolve("sends", { framing: "confluent", schemaId: 5, bodyStart: 5 })).toEqual({ missing: "unknown" });
});

test("the current encoding is what the current fingerprint names", () => {
  expect(encodeEvent("engagements", engagement)).toEqual(written(ours, engagement));
});
