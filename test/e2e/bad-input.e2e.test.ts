import { CompressionTypes, Partitioners, type Producer } from "kafkajs";
import { createKafka, createLogger } from "@antedate/runtime";
import { encodeEvent, type Delivery, type Engagement, type Input, type Send } from "@antedate/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeZerosAsZstd } from "../support/compressed-bytes.ts";
import { deliveryEvent, engagementEvent, sendEvent } from "../support/events.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";

const at = Date.now();

const delivery = (id: string): Delivery =>
  deliveryEvent({ event_id: `d-${id}`, message_id: id, occurred_at: at - 5_000, mx_host: "mx.example.com" });

const valid: Record<Input, (id: string) => Send | Delivery | Engagement> = {
  sends: (id) => sendEvent({ event_id: `s-${id}`, message_id: id, occurred_at: at - 10_000 }),
  deliveries: delivery,
  engagements: (id) =>
    engagementEvent({ event_id: `e-${id}`, message_id: id, occurred_at: at + 120_000, url: "/c/1", ip: "192.0.2.1" }),
};
const inputs: Input[] = ["sends", "deliveries", "engagements"];

/** Bad records of one input with the reason each must get. */
function badRecords(input: Input): { key: string | null; value: Buffer | null; reason: string }[] {
  const good = (id: string, change: object = {}): Buffer =>
    encodeEvent(input, { ...valid[input](id), ...change } as Send);
  const unknownFingerprint = Buffer.concat([Buffer.from("c3010102030405060708", "hex"), good("u").subarray(10)]);
  return [
    { key: "garbage", value: Buffer.from("not avro at all"), reason: "undecodable" },
    { key: "random", value: Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a, 0x80]), reason: "undecodable" },
    { key: "unknown", value: unknownFingerprint, reason: "unknown_schema" },
    {
      key: "confluent",
      value: Buffer.concat([Buffer.from("0000000063", "hex"), good("c").subarray(10)]),
      reason: "unknown_schema",
    },
    { key: "truncated", value: good("truncated").subarray(0, 20), reason: "undecodable" },
    { key: "trailing", value: Buffer.concat([good("trailing"), Buffer.from([1])]), reason: "undecodable" },
    { key: "empty", value: Buffer.alloc(0), reason: "undecodable" },
    { key: "null", value: null, reason: "undecodable" },
    { key: null, value: good("no-key"), reason: "key_mismatch" },
    { key: "another", value: good("one"), reason: "key_mismatch" },
    { key: "", value: good(""), reason: "missing_message_id" },
    { key: "y1970", value: good("y1970", { occurred_at: 1000 }), reason: "invalid_time" },
    { key: "y3000", value: good("y3000", { occurred_at: Date.UTC(3000, 0, 1) }), reason: "invalid_time" },
    { key: "large", value: good("large", { source: "x".repeat(5 * 1024 * 1024) }), reason: "too_large" },
  ];
}

let servers: LocalServers;
let producer: Producer;

beforeAll(async () => {
  servers = await startServers();
  const log = createLogger({ service: "test", level: "silent" });
  const kafka = createKafka({ brokers: [servers.brokers], clientId: "bad-input", log });
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
});

afterAll(async () => {
  await producer.disconnect();
  await servers.stop();
});

test("every bad record is in rejects with its place and reason, and the rest flows", async () => {
  const sent: { topic: string; partition: number; offset: number; reason: string }[] = [];
  for (const input of inputs) {
    const topic = `email.${input}`;
    for (const [index, bad] of badRecords(input).entries()) {
      const id = `good-${index}`;
      await producer.send({ topic, messages: [{ key: id, value: encodeEvent(input, valid[input](id)) }] });
      const partition = index % 4;
      const [place] = await producer.send({ topic, messages: [{ key: bad.key, value: bad.value, partition }] });
      sent.push({ topic, partition, offset: Number(place?.baseOffset), reason: bad.reason });
    }
  }
  const query = `SELECT topic, toInt32(partition) AS partition, toInt32(offset) AS offset, reason FROM rejects FINAL`;
  const rejects = await eventually(
    () => select<(typeof sent)[number]>(servers.clickHouse, query),
    (rows) => rows.length >= sent.length,
  );
  const byPlace = (a: (typeof sent)[number], b: (typeof sent)[number]): number =>
    `${a.topic}/${a.partition}/${String(a.offset).padStart(9, "0")}` <
    `${b.topic}/${b.partition}/${String(b.offset).padStart(9, "0")}`
      ? -1
      : 1;
  expect(rejects.sort(byPlace)).toEqual(sent.sort(byPlace));

  const good = badRecords("sends").length;
  const counts = await eventually(
    () =>
      select<{ engagements: number; messages: number; sends: number; deliveries: number; pending: number }>(
        servers.clickHouse,
        `SELECT (SELECT count() FROM engagements)::Int32 AS engagements, (SELECT count() FROM messages)::Int32 AS messages,
           (SELECT count() FROM sends FINAL)::Int32 AS sends, (SELECT count() FROM deliveries FINAL)::Int32 AS deliveries,
           (SELECT count() FROM engagements_pending)::Int32 AS pending`,
      ),
    ([row]) => row?.engagements === good && row.sends === good && row.deliveries === good && row.messages === good,
  );
  expect(counts).toEqual([{ engagements: good, messages: good, sends: good, deliveries: good, pending: 0 }]);
});

test("raw bytes of a reject are cut at 64 KiB", async () => {
  const query = "SELECT toInt32(max(length(raw))) AS bytes FROM rejects FINAL WHERE reason = 'too_large'";
  expect(await select(servers.clickHouse, query)).toEqual([{ bytes: 64 * 1024 }]);
});

test("more rejects than fit into one record batch arrive all, and what follows them flows", async () => {
  const messages = Array.from({ length: 60 }, (_, index) => ({
    key: `bulk-${index}`,
    value: Buffer.alloc(70_000, 1),
    partition: 0,
  }));
  await producer.send({ topic: "email.engagements", messages });
  const after = { ...delivery("after"), outcome: "bounced" as const };
  await producer.send({
    topic: "email.deliveries",
    messages: [{ key: "after", value: encodeEvent("deliveries", after) }],
  });
  const bulk = "SELECT toInt32(count()) AS n FROM rejects FINAL WHERE length(raw) = 65536 AND reason = 'undecodable'";
  expect(
    await eventually(
      () => select<{ n: number }>(servers.clickHouse, bulk),
      ([row]) => row?.n === 60,
    ),
  ).toEqual([{ n: 60 }]);
});

test("a batch of gigabytes in 64 KB is a reject, and what follows it flows", async () => {
  const undo = writeZerosAsZstd(2_000);
  const topic = "email.deliveries";
  const sent: { partition: number; offset: number }[] = [];
  try {
    for (const partition of [0, 1, 2, 3]) {
      const messages = [{ value: "", partition }];
      const [place] = await producer.send({ topic, compression: CompressionTypes.ZSTD, messages });
      sent.push({ partition, offset: Number(place?.baseOffset) });
    }
  } finally {
    undo();
  }
  for (const input of ["sends", "deliveries"] as const) {
    const value = encodeEvent(input, valid[input]("behind"));
    await producer.send({ topic: `email.${input}`, messages: [{ key: "behind", value }] });
  }
  const places = sent.map(({ partition, offset }) => `(${partition}, ${offset})`).join(", ");
  const query = `SELECT reason, length(raw)::Int32 AS bytes, count()::Int32 AS n FROM rejects FINAL
    WHERE topic = '${topic}' AND (partition, offset) IN (${places}) GROUP BY ALL`;
  const rejects = await eventually(
    () => select<{ reason: string; bytes: number; n: number }>(servers.clickHouse, query),
    ([row]) => row?.n === 4,
  );
  expect(rejects).toEqual([{ reason: "undecodable", bytes: 0, n: 4 }]);
  // Past it are the sink, which stores what a delivery is, and the join, which decides by it.
  const flowed = `SELECT (SELECT count() FROM deliveries FINAL WHERE message_id = 'behind')::Int32 AS stored,
    (SELECT count() FROM messages WHERE message_id = 'behind')::Int32 AS decided`;
  const [row] = await eventually(
    () => select<{ stored: number; decided: number }>(servers.clickHouse, flowed),
    ([found]) => found?.stored === 1 && found.decided === 1,
  );
  expect(row).toEqual({ stored: 1, decided: 1 });
});

test("odd but valid records flow: extreme numbers, long and hostile strings, hashes of any length", async () => {
  const odd = `odd/${"m".repeat(20_000)}`;
  const hostile = "a\0b\n\nDROP TABLE engagements;\t'\"\\ \u{1f4e7}";
  const agent = `${hostile}${"x".repeat(900_000)}`;
  const records: [Input, object][] = [
    ["sends", { campaign: hostile, precision_ms: -5, recipient_hash: Buffer.from([1, 2, 3]), link_count: -1 }],
    [
      "deliveries",
      { event_id: "d1", outcome: "deferred", started_at: -(2 ** 52), precision_ms: 2 ** 31 - 1, diagnostic: agent },
    ],
    ["deliveries", { event_id: "d2", started_at: 2 ** 52, precision_ms: -(2 ** 31), smtp_code: -1, mx_host: hostile }],
    ["engagements", { user_agent: agent, url: hostile, ip: "not an address", precision_ms: -1 }],
    ["engagements", { event_id: "", user_agent: agent }],
  ];
  for (const [input, change] of records) {
    const value = encodeEvent(input, { ...valid[input](odd), ...change } as Send);
    await producer.send({ topic: `email.${input}`, messages: [{ key: odd, value }] });
  }
  const query = `SELECT event_id, campaign, url, length(user_agent) AS agent, hex(recipient_hash) AS hash, attempts, mx_host FROM engagements
    WHERE message_id LIKE 'odd/%' ORDER BY event_id`;
  const rows = await eventually(
    () => select<Record<string, unknown>>(servers.clickHouse, query),
    (found) => found.length === 2,
  );
  const bytes = Buffer.byteLength(agent);
  const shared = { campaign: hostile, agent: bytes, hash: `010203${"0".repeat(26)}`, attempts: 2, mx_host: hostile };
  expect(rows.map((row) => ({ ...row, agent: Number(row.agent) }))).toEqual([
    { ...shared, event_id: "", url: "/c/1" },
    { ...shared, event_id: `e-${odd}`, url: hostile },
  ]);
  const raw =
    "SELECT (SELECT count() FROM sends FINAL WHERE message_id LIKE 'odd/%')::Int32 AS s, (SELECT count() FROM deliveries FINAL WHERE message_id LIKE 'odd/%')::Int32 AS d";
  expect(
    await eventually(
      () => select<{ s: number; d: number }>(servers.clickHouse, raw),
      ([row]) => row?.d === 2,
    ),
  ).toEqual([{ s: 1, d: 2 }]);
});
