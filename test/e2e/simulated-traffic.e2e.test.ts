import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { readJoinSettings } from "@antedate/join";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { differences, storedLines, toLine } from "../support/compare-rows.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";
import { oracle } from "../support/oracle.ts";
import { createTopicReader, type TopicReader } from "../support/topic-reader.ts";

// A short run for every day; SIMULATED_MESSAGES=1000000 is the long one: an hour at the most on two cores.
const messages = Number(process.env.SIMULATED_MESSAGES ?? 10_000);
const seed = Number(process.env.SIMULATED_SEED ?? 1);
const timeout = 300_000 + messages * 4;
/** One partition's records and rows are all that the test holds at a time. */
const partitions = Math.max(4, Math.ceil(messages / 50_000));
/** Services settle for ten minutes by default, which is as long as this test would wait; the order in the topics is the same. */
const waitMs = 10_000;
const services = ["sendgrid", "mailgun", "sparkpost"];
const none = { missing: [], extra: [], count: 0 };

let servers: LocalServers;
let env: Record<string, string>;
let joining: AntedateProcess;
let sink: AntedateProcess;
let reader: TopicReader;
let truthFile: string;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true, partitions });
  const thresholds = join(servers.dataDir, "thresholds.json");
  truthFile = join(servers.dataDir, "truth.jsonl");
  await writeFile(
    thresholds,
    JSON.stringify({ sources: Object.fromEntries(services.map((source) => [source, { settle_ms: waitMs }])) }),
  );
  // Young messages leave memory too, as soon as a slab is full: in the long run each partition has more than one.
  const keeping = { HOT_MS: "1000", SNAPSHOT_INTERVAL_MS: "1000" };
  env = { ...servers.env, ...keeping, THRESHOLDS_FILE: thresholds, SEND_HOLD_MS: String(waitMs) };
  joining = startAntedate(["join"], env);
  sink = startAntedate(["sink"], env);
  reader = createTopicReader(servers.brokers);
});

afterAll(async () => {
  await reader.close();
  expect(await joining.kill("SIGTERM")).toBe(0);
  expect(await sink.kill("SIGTERM")).toBe(0);
  await servers.stop();
});

const began = Date.now();
/** Progress of a long run. */
function say(text: string): void {
  if (messages > 10_000) console.log(`${((Date.now() - began) / 1_000).toFixed(0)} s: ${text}`);
}

test(
  `${messages} simulated messages (seed ${seed}) are stored as the oracle has them, to the row`,
  { timeout },
  async () => {
    const flags = ["--messages", String(messages), "--seed", String(seed), "--truth", truthFile];
    const run = await runAntedate(["simulate", ...flags], env);
    expect(run).toMatchObject({ code: 0 });
    say(run.stdout);
    const totals = { records: 0, engagements: 0, messages: 0, pending: 0 };
    for (let partition = 0; partition < partitions; partition++) {
      const found = await comparePartition(partition);
      for (const name of ["records", "engagements", "messages", "pending"] as const) totals[name] += found[name];
      say(`partition ${partition}: ${JSON.stringify(found)}`);
    }
    say(JSON.stringify(totals));
    expect(await storedCounts(null)).toEqual({ e: totals.engagements, m: totals.messages, p: totals.pending });
    expect(totals.messages).toBeGreaterThan(messages * 0.98);
    expect(totals.engagements).toBeGreaterThan(messages);
  },
);

/** Holds what is stored of one task against the oracle on what its partitions hold; the windows stay open. */
async function comparePartition(partition: number) {
  const records = await reader.records(partition);
  const end = records.reduce((latest, { appendTime }) => Math.max(latest, appendTime), 0) + 86_400_000;
  const expected = oracle(records, readJoinSettings(env), end);
  await noticeClosedSockets();
  const counts = { e: expected.engagements.length, m: expected.messages.length, p: expected.parked.length };
  const stored = () => storedCounts(partition);
  await eventually(stored, ({ e, m, p }) => e >= counts.e && m >= counts.m && p === counts.p, timeout);
  const engagements = expected.engagements.map((row) => toLine(row, partition));
  await noticeClosedSockets();
  expect(differences(await storedLines(servers.clickHouse, "engagements", partition), engagements)).toEqual(none);
  const messageLines = expected.messages.map((row) => toLine(row));
  await noticeClosedSockets();
  expect(differences(await storedLines(servers.clickHouse, "messages", partition), messageLines)).toEqual(none);
  await noticeClosedSockets();
  const query = `SELECT input_offset::Float64 AS place FROM engagements_pending WHERE log_partition = ${partition} ORDER BY place`;
  const pending = await select<{ place: number }>(servers.clickHouse, query);
  expect(pending.map(({ place }) => place)).toEqual(expected.parked.toSorted((a, b) => a - b));
  return { records: records.length, engagements: counts.e, messages: counts.m, pending: counts.p };
}

/** The oracle works for longer than servers keep sockets open: a turn of the event loop lets the clients see that. */
const noticeClosedSockets = (): Promise<void> => sleep(200);

async function storedCounts(partition: number | null): Promise<{ e: number; m: number; p: number }> {
  const where = partition === null ? "" : ` WHERE log_partition = ${partition}`;
  const of = (table: string, name: string): string => `(SELECT count() FROM ${table}${where})::Float64 AS ${name}`;
  const query = `SELECT ${of("engagements", "e")}, ${of("messages", "m")}, ${of("engagements_pending", "p")}`;
  return (await select<{ e: number; m: number; p: number }>(servers.clickHouse, query))[0] as never;
}

async function* truthLines(): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: createReadStream(truthFile) })) yield JSON.parse(line);
}

test("and each engagement has the class, exposure and attempt that its truth says", { timeout }, async () => {
  const client = createClickHouse(servers.clickHouseUrl);
  await client.command({
    query: `CREATE TABLE truth (message_id String, kind String, event_id String, actor String, state String, class String,
      exposure String, exposed_attempt Nullable(UInt16)) ENGINE = MergeTree ORDER BY message_id`,
  });
  await client.insert({
    table: "truth",
    values: Readable.from(truthLines()),
    format: "JSONEachRow",
    clickhouse_settings: { input_format_skip_unknown_fields: 1 },
  });
  const identity = "message_id, kind, event_id";
  const verdict = `${identity}, class, exposure, exposed_attempt`;
  const pendingIds = "SELECT message_id FROM truth WHERE state = 'pending'";
  const decided = `SELECT ${verdict} FROM truth WHERE state = '' AND message_id NOT IN (${pendingIds})`;
  const waiting = `SELECT ${identity} FROM truth WHERE state = '' AND message_id IN (${pendingIds})`;
  const stored = `SELECT ${verdict} FROM engagements`;
  const parked = `SELECT ${identity} FROM engagements_pending`;
  const count = async (query: string): Promise<number> => {
    const [row] = await select<{ n: number }>(client, `SELECT count()::Float64 AS n FROM (${query})`);
    return row?.n ?? 0;
  };
  const [decidedCount, waitingCount] = [await count(decided), await count(waiting)];
  await eventually(
    () => Promise.all([count(stored), count(parked)]),
    ([rows, waits]) => rows >= decidedCount && waits <= waitingCount,
    timeout,
  );
  const both = [
    [decided, stored],
    [stored, decided],
    [waiting, parked],
    [parked, waiting],
  ].map(async ([a, b]) => await select(client, `SELECT * FROM (${a} EXCEPT ${b}) LIMIT 3`));
  expect(await Promise.all(both)).toEqual([[], [], [], []]);
  expect([await count(stored), await count(parked)]).toEqual([decidedCount, waitingCount]);
  expect(waitingCount).toBeGreaterThan(0);
  const unlikely = await select(
    client,
    `SELECT ${identity} FROM truth WHERE actor = 'human' AND class = 'pre_acceptance' LIMIT 3`,
  );
  expect(unlikely).toEqual([]);
  await client.close();
});
