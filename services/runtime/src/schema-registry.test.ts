import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeEvent, readRecord, readSchema, compileSchema } from "@antedate/schemas";
import { afterEach, expect, test } from "vitest";
import { engagementEvent } from "../../../test/support/events.ts";
import { FatalError } from "./errors.ts";
import { createLogger } from "./logger.ts";
import type { RecordBatch } from "./record-batch.ts";
import { createWriterSchemaSource } from "./schema-registry.ts";
import { toRecordBatch } from "./write-record-batch.ts";

const log = createLogger({ service: "test", level: "silent" });
const event = engagementEvent();

let server: Server | null = null;
let nowMs = 0;
afterEach(() => server?.close());

/** A registry that speaks the one route that is asked; each answer is used once, the last for ever. A string is no JSON. */
async function registry(answers: { status: number; body: unknown }[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response.writeHead(answer?.status ?? 500, { "content-type": "application/json" });
    response.end(typeof answer?.body === "string" ? answer.body : JSON.stringify(answer?.body));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function confluent(schemaId: number): { key: Buffer; value: Buffer; appendTime: number } {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  const body = encodeEvent("engagements", event).subarray(10);
  return { key: Buffer.from("m"), value: Buffer.concat([header, body]), appendTime: event.occurred_at };
}

function batchOf(...records: ReturnType<typeof confluent>[]): RecordBatch {
  return toRecordBatch(records.map((record, offset) => ({ ...record, offset })));
}

function source(schemaRegistryUrl: string | null, writerSchemasDir: string | null = null) {
  return createWriterSchemaSource({ schemaRegistryUrl, writerSchemasDir, log, now: () => nowMs });
}

const good = { status: 200, body: { schema: JSON.stringify(readSchema("engagement")) } };
const noSuchId = { status: 404, body: { error_code: 40403, message: "Schema 7 not found" } };
const hourMs = 3_600_000;

test("a value in Confluent framing is read once its schema was loaded, which is asked for once", async () => {
  const { url, asked } = await registry([good]);
  const writers = source(url);
  const record = confluent(7);
  expect(readRecord("engagements", record, writers.schemas)).toEqual({ schemaId: 7 });
  await writers.loadFor([batchOf(record, record)]);
  await writers.loadFor([batchOf(record)]);
  expect(readRecord("engagements", record, writers.schemas)).toMatchObject({ event: { message_id: "m" } });
  expect(asked).toEqual(["/schemas/ids/7"]);
});

test("an ID that the registry does not know is an unknown schema", async () => {
  const { url } = await registry([noSuchId]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(8))]);
  expect(readRecord("engagements", confluent(8), writers.schemas)).toEqual({ rejected: "unknown_schema" });
});

test("what the registry calls no ID, and what can be none, is an unknown schema and holds nothing up", async () => {
  const { url, asked } = await registry([{ status: 422, body: { error_code: 42202 } }]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(12), confluent(0xffffffff))]);
  expect(readRecord("engagements", confluent(12), writers.schemas)).toEqual({ rejected: "unknown_schema" });
  expect(readRecord("engagements", confluent(0xffffffff), writers.schemas)).toEqual({ rejected: "unknown_schema" });
  expect(asked).toEqual(["/schemas/ids/12"]);
});

test.each([
  { schema: "{" },
  { schema: "12" },
  { schema: '{"type": "nothing"}' },
  { schema: 'syntax = "proto3";', schemaType: "PROTOBUF" },
])("$schema is an unknown schema, and asked for once", async (body) => {
  const { url, asked } = await registry([{ status: 200, body }]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(1))]);
  nowMs += hourMs;
  await writers.loadFor([batchOf(confluent(1))]);
  expect(readRecord("engagements", confluent(1), writers.schemas)).toEqual({ rejected: "unknown_schema" });
  expect(asked).toHaveLength(1);
});

test("very many IDs are asked for, some at a time, each once", async () => {
  const { url, asked } = await registry([noSuchId]);
  const writers = source(url);
  const records = Array.from({ length: 500 }, (_, id) => confluent(id + 1));
  await Promise.all([writers.loadFor([batchOf(...records)]), writers.loadFor([batchOf(...records)])]);
  expect(new Set(asked).size).toBe(500);
  expect(asked).toHaveLength(500);
  for (const record of records)
    expect(readRecord("engagements", record, writers.schemas)).toEqual({ rejected: "unknown_schema" });
});

test("a registry that is away is waited for", async () => {
  const { url } = await registry([{ status: 503, body: {} }, good]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(9))]);
  expect(readRecord("engagements", confluent(9), writers.schemas)).toMatchObject({ event: { event_id: "e" } });
});

test("an ID that was found is never asked for again, though the registry has gone and something else answers", async () => {
  const { url, asked } = await registry([good, noSuchId]);
  const writers = source(url);
  for (let hour = 0; hour < 3; hour++) {
    await writers.loadFor([batchOf(confluent(7))]);
    nowMs += hourMs;
  }
  expect(asked).toEqual(["/schemas/ids/7"]);
  expect(readRecord("engagements", confluent(7), writers.schemas)).toMatchObject({ event: { event_id: "e" } });
});

test("an ID that the registry did not know is asked for again after a minute, as it may be registered by then", async () => {
  const { url, asked } = await registry([noSuchId, good]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(7))]);
  nowMs += 59_000;
  await writers.loadFor([batchOf(confluent(7))]);
  expect(asked).toHaveLength(1);
  nowMs += 2_000;
  await writers.loadFor([batchOf(confluent(7))]);
  expect(asked).toHaveLength(2);
  expect(readRecord("engagements", confluent(7), writers.schemas)).toMatchObject({ event: { event_id: "e" } });
});

test("an ID that is being asked for is not asked for beside it, however long the registry is away", async () => {
  const { url, asked } = await registry([{ status: 503, body: {} }, good]);
  const writers = source(url);
  const first = writers.loadFor([batchOf(confluent(7))]);
  while (asked.length === 0) await sleep(1);
  nowMs += hourMs;
  await Promise.all([first, writers.loadFor([batchOf(confluent(7))])]);
  expect(asked).toHaveLength(2);
});

test.each([
  ["an ingress without a backend", { status: 404, body: "<html>default backend - 404</html>" }],
  ["a JSON that is not the registry's", { status: 404, body: { message: "no Route matched" } }],
  ["a JSON null", { status: 404, body: null }],
  ["a path that the registry does not have", { status: 404, body: { error_code: 404, message: "HTTP 404 Not Found" } }],
  ["a gateway's bad request", { status: 400, body: "" }],
  ["who may not ask", { status: 401, body: { error_code: 40101, message: "Unauthorized" } }],
  ["who may not read", { status: 403, body: { error_code: 40301, message: "Forbidden" } }],
  ["too many questions", { status: 429, body: { error_code: 42901, message: "Too many requests" } }],
  ["a page in the registry's place", { status: 200, body: "<html>We will be back soon</html>" }],
  ["a JSON in the registry's place", { status: 200, body: { status: "UP" } }],
])("what says nothing of the ID is waited out: %s", async (_, answer) => {
  const { url, asked } = await registry([answer, good]);
  const writers = source(url);
  await writers.loadFor([batchOf(confluent(7))]);
  expect(asked).toHaveLength(2);
  expect(readRecord("engagements", confluent(7), writers.schemas)).toMatchObject({ event: { event_id: "e" } });
});

test("without a registry every ID is an unknown schema", async () => {
  const writers = source(null);
  await writers.loadFor([batchOf(confluent(7))]);
  expect(readRecord("engagements", confluent(7), writers.schemas)).toEqual({ rejected: "unknown_schema" });
});

test("a producer's own schema file is known by its fingerprint: reordered, in its own namespace, with a field of its own", () => {
  const own = readSchema("engagement") as { namespace: string; fields: { name: string; type?: unknown }[] };
  const changed = {
    ...own,
    namespace: "com.example.mail",
    fields: [{ name: "extra", type: "string" }, ...own.fields.toReversed()],
  };
  const folder = mkdtempSync(join(tmpdir(), "antedate-schemas-"));
  writeFileSync(join(folder, "click.avsc"), JSON.stringify(changed));
  const { type, header } = compileSchema(changed);
  const value = Buffer.concat([header, type.toBuffer({ ...event, extra: "x" })]);
  const record = { key: Buffer.from("m"), value, appendTime: event.occurred_at };
  expect(readRecord("engagements", record, source(null).schemas)).toEqual({ rejected: "unknown_schema" });
  expect(readRecord("engagements", record, source(null, folder).schemas)).toMatchObject({ event: { kind: "click" } });
});

test("a folder that is not there, or a file that is no schema, is for a person", () => {
  expect(() => source(null, "no-such-folder")).toThrow(FatalError);
  const folder = mkdtempSync(join(tmpdir(), "antedate-schemas-"));
  writeFileSync(join(folder, "broken.avsc"), "{");
  expect(() => source(null, folder)).toThrow(FatalError);
});
