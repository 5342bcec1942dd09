import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { startKafka, type RunningKafka } from "@antedate/kafka-server";
import { ensureTopics } from "@antedate/kafka-server/topics";
import { createKafka, createLogger } from "@antedate/runtime";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { expectBalance } from "../support/balance.ts";
import { generateTraffic } from "../support/generate-traffic.ts";
import { eventually, select } from "../support/local-servers.ts";
import { produceEvents } from "../support/produce-events.ts";
import { createTopicReader } from "../support/topic-reader.ts";

const messages = 15_000;
const log = createLogger({ service: "test", level: "silent" });

let folder: string;
let kafka: RunningKafka;
let clickHouse: StartedServer;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-outage-"));
  kafka = await startKafka({ dataDir: join(folder, "kafka"), port: 0, brokers: 1 });
  clickHouse = await startClickHouseServer({ dataDir: join(folder, "clickhouse"), port: 0 });
  const admin = createKafka({ brokers: [kafka.bootstrapServers], clientId: "outage", log }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix: "email.", partitions: 4 });
  await admin.disconnect();
  env = {
    KAFKA_BROKERS: kafka.bootstrapServers,
    CLICKHOUSE_URL: `${clickHouse.url}/antedate`,
    STATE_DIR: folder,
    LOG_LEVEL: "warn",
    SEND_HOLD_MS: "2000",
  };
  expect(await runAntedate(["migrate"], env)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await clickHouse.stop();
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

const produce = (seed: number): Promise<number> =>
  produceEvents(kafka.bootstrapServers, generateTraffic({ seed, messages, now: Date.now() }));

interface Books {
  engagements: number;
  distinct: number;
  messages: number;
  distinctMessages: number;
  pending: number;
}

async function books(): Promise<Books> {
  const client = createClickHouse(`${clickHouse.url}/antedate`);
  const query = `SELECT (SELECT count() FROM engagements)::UInt32 AS engagements,
    (SELECT uniqExact(log_partition, input_offset) FROM engagements)::UInt32 AS distinct,
    (SELECT count() FROM messages)::UInt32 AS messages, (SELECT uniqExact(message_id) FROM messages)::UInt32 AS distinctMessages,
    (SELECT count() FROM engagements_pending)::UInt32 AS pending`;
  try {
    return (await select<Books>(client, query))[0] as Books;
  } finally {
    await client.close();
  }
}

let joining: AntedateProcess;
let sink: AntedateProcess;

test("kills of ClickHouse, of the sink and of the broker lose nothing and double nothing", async () => {
  joining = startAntedate(["join"], env);
  sink = startAntedate(["sink"], env);
  const sinks: AntedateProcess[] = [sink];
  const producing = produce(11);
  // Only a sink that is at work can be seen to wait.
  await eventually(books, ({ engagements }) => engagements > 0);
  for (let round = 0; round < 4; round++) {
    await sleep(1_500 + Math.random() * 1_500);
    const { port } = clickHouse;
    process.kill(clickHouse.pid, "SIGKILL");
    await clickHouse.exited;
    await sleep(1_000);
    if (round % 2 === 1) {
      await sink.kill("SIGKILL");
      sink = startAntedate(["sink"], env);
      sinks.push(sink);
    }
    clickHouse = await startClickHouseServer({ dataDir: join(folder, "clickhouse"), port });
    if (round === 2) {
      await kafka.killBroker(0, "SIGKILL");
      await sleep(1_000);
      await kafka.startBroker(0);
    }
  }
  await producing;

  await expectStored();
  expect(sinks.map((each) => each.stderr()).join("")).toContain("waiting for ClickHouse");
});

test("a broker that is away for a minute is waited for, by the same processes", async () => {
  await kafka.stopBroker(0);
  await sleep(60_000);
  await kafka.startBroker(0);
  await produce(12);
  await expectStored();
  expect(await sink.kill("SIGTERM")).toBe(0);
  expect(await joining.kill("SIGTERM")).toBe(0);
});

test("told to stop while the broker is away, join and sink end in order, with 0", async () => {
  joining = startAntedate(["join"], { ...env, LOG_LEVEL: "info" });
  sink = startAntedate(["sink"], { ...env, LOG_LEVEL: "info" });
  for (const service of [joining, sink])
    await eventually(
      () => Promise.resolve(service.stderr()),
      (said) => said.includes("partitions assigned"),
    );
  await kafka.killBroker(0, "SIGKILL");
  expect(await Promise.all([joining.kill("SIGTERM"), sink.kill("SIGTERM")])).toEqual([0, 0]);
});

/** Everything that the join decided is stored, once. */
async function expectStored(): Promise<void> {
  const expected = await decided();
  const isStored = (now: Books): boolean =>
    now.engagements >= expected.engagements && now.messages >= expected.messages;
  const found = await eventually(books, isStored, 180_000);
  await sleep(3_000);
  const { pending, ...stored } = await books();
  const { engagements, messages: messageRows } = expected;
  expect(stored).toEqual({
    engagements,
    messages: messageRows,
    distinct: expected.engagements,
    distinctMessages: expected.messages,
  });
  expect(pending).toBe(found.pending);
  const client = createClickHouse(`${clickHouse.url}/antedate`);
  try {
    await expectBalance(client, expected.read);
  } finally {
    await client.close();
  }
}

/** What the counters of the join log say was decided, once the join has read everything and its holds have passed. */
async function decided(): Promise<{ engagements: number; messages: number; read: number }> {
  const reader = createTopicReader(kafka.bootstrapServers);
  const read = async (): Promise<{ engagements: number; messages: number; read: number; waiting: number }> => {
    const sums = { engagements: 0, messages: 0, read: 0, waiting: 0 };
    for (let partition = 0; partition < 4; partition++) {
      const last = await reader.counters(partition);
      sums.engagements += last?.engagements_decided ?? 0;
      sums.messages += last?.messages_decided ?? 0;
      sums.read += last?.engagements_read ?? 0;
      sums.waiting += (await reader.count("email.engagements", partition)) - (last?.engagements_read ?? 0);
    }
    return sums;
  };
  // Holds of two seconds pass in task time, which an idle task learns within a few seconds.
  let before = -1;
  const settled = await eventually(read, ({ waiting, messages: now }) => {
    const isSettled = waiting === 0 && now === before;
    before = now;
    return isSettled;
  });
  await sleep(6_000);
  const now = await read();
  await reader.close();
  expect(now.engagements).toBeGreaterThanOrEqual(settled.engagements);
  return { engagements: now.engagements, messages: now.messages, read: now.read };
}
