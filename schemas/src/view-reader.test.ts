import { expect, test } from "vitest";
import { compileSchema, readSchema } from "./avro-types.ts";
import { encodeEvent } from "./event-codec.ts";
import { engagementField, EventView } from "./model/event-view.ts";
import type { Engagement } from "./model/index.ts";
import { ViewReader } from "./view-reader.ts";
import { WriterSchemas } from "./writer-schemas.ts";

const at = Date.UTC(2026, 5, 1);
const engagement: Engagement = {
  event_id: "e",
  message_id: "account/id/hash",
  tenant: "t",
  source: "s",
  occurred_at: at,
  precision_ms: 1,
  kind: "click",
  url: "https://example.com",
  link_id: null,
  ip: null,
  user_agent: null,
  method: null,
  machine_hint: null,
  recipient_ambiguous: false,
};
const ours = readSchema("engagement") as { fields: { name: string }[] };
const wider = { ...ours, fields: [...ours.fields.toReversed(), { name: "added", type: "string" }] };
const writtenWider = compileSchema(wider).type.toBuffer({ ...engagement, added: "x" });

function read(reader: ViewReader, value: Buffer, view = new EventView(), key = engagement.message_id) {
  const keyBytes = Buffer.from(key);
  const bytes = Buffer.concat([keyBytes, value]);
  return reader.read("engagements", bytes, 0, keyBytes.length, keyBytes.length, value.length, at, view);
}

const url = (view: EventView): string => {
  const start = view.start[engagementField.url] as number;
  return Buffer.from(view.bytes).toString("utf8", start, start + (view.length[engagementField.url] as number));
};

test("one view serves record after record, whatever the writers and the verdicts in between", () => {
  const schemas = new WriterSchemas();
  schemas.add(wider);
  const reader = new ViewReader(schemas);
  const view = new EventView();
  const foreign = Buffer.concat([compileSchema(wider).header, writtenWider]);
  for (const value of [encodeEvent("engagements", engagement), foreign, encodeEvent("engagements", engagement)]) {
    expect(read(reader, value, view)).toBe(null);
    expect([url(view), view.number[engagementField.kind]]).toEqual(["https://example.com", 1]);
    expect(read(reader, value, view, "other")).toBe("key_mismatch");
    expect(read(reader, value.subarray(0, 40), view)).toBe("undecodable");
  }
});

test("a writer that is added later is known from then on", () => {
  const schemas = new WriterSchemas();
  const reader = new ViewReader(schemas);
  const value = Buffer.concat([compileSchema(wider).header, writtenWider]);
  expect(read(reader, value)).toBe("unknown_schema");
  schemas.add(wider);
  expect(read(reader, value)).toBe(null);
});

test("an ID that the registry does not know is unknown until it has a schema, which it then keeps", () => {
  const schemas = new WriterSchemas();
  const reader = new ViewReader(schemas);
  const value = Buffer.concat([Buffer.from("00fffffffe", "hex"), writtenWider]);
  expect(read(reader, value)).toEqual({ schemaId: 2 ** 32 - 2 });
  schemas.addById(2 ** 32 - 2, null);
  expect(read(reader, value)).toBe("unknown_schema");
  schemas.addById(2 ** 32 - 2, wider);
  expect(read(reader, value)).toBe(null);
  for (const later of [null, ours]) schemas.addById(2 ** 32 - 2, later);
  expect(read(reader, value)).toBe(null);
});

test("an event that is written anew holds its message ID as the key is, where the producer's is no UTF-8", () => {
  const value = encodeEvent("engagements", { ...engagement, message_id: "mX" });
  value[value.indexOf("mX") + 1] = 0xff;
  const view = new EventView();
  const reader = new ViewReader(new WriterSchemas());
  expect(read(reader, value, view, "m\ufffd")).toBe(null);
  const start = view.start[engagementField.message_id] as number;
  expect(Buffer.from(view.bytes).toString("utf8", start, start + 4)).toBe("m\ufffd");
  expect(view.length[engagementField.message_id]).toBe(4);
});
