import { setTimeout as sleep } from "node:timers/promises";
import { readJoinSettings } from "@antedate/join";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { differences, storedLines, toLine } from "../support/compare-rows.ts";
import { generateTraffic } from "../support/generate-traffic.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";
import { produceEvents } from "../support/produce-events.ts";
import { createTopicReader } from "../support/topic-reader.ts";

// A short run for every day; CRASH_MESSAGES=200000 is the long one.
const messages = Number(process.env.CRASH_MESSAGES ?? 20_000);
const seed = Number(process.env.CRASH_SEED ?? 1);
const kills = 5;
const partitions = 4;
const settingsEnv = { WINDOW_MS: "120000", SEND_HOLD_MS: "3000" };

let servers: LocalServers;
let sink: AntedateProcess;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true, partitions, env: { ...settingsEnv, LOG_LEVEL: "info" } });
  sink = startAntedate(["sink"], servers.env);
});

afterAll(async () => {
  await sink.kill("SIGTERM");
  await servers.stop();
});

test(
  `${messages} messages (seed ${seed}) through five kills of the join give the oracle's rows`,
  { timeout: 1_700_000 },
  async () => {
    const join = { process: startAntedate(["join"], servers.env) };
    const producing = produceEvents(servers.brokers, generateTraffic({ seed, messages, now: Date.now() }));
    for (let kill = 1; kill <= kills; kill++) {
      await joinHasWork(join.process);
      await join.process.kill("SIGKILL");
      join.process = startAntedate(["join"], servers.env);
    }
    const produced = await producing;

    const byPartition = await readBack();
    expect(byPartition.flat().length).toBe(produced);
    const expected = byPartition.map((records) => oracle(records, readJoinSettings(settingsEnv)));
    const engagements = expected.flatMap((rows, partition) => rows.engagements.map((row) => toLine(row, partition)));
    const messageLines = expected.flatMap((rows) => rows.messages.map((row) => toLine(row)));
    const stored = () => counts(servers);
    await eventually(stored, ({ e, m }) => e >= engagements.length && m >= messageLines.length, 600_000);

    const none = { missing: [], extra: [], count: 0 };
    expect(differences(await storedLines(servers.clickHouse, "engagements"), engagements)).toEqual(none);
    expect(differences(await storedLines(servers.clickHouse, "messages"), messageLines)).toEqual(none);
    expect(await select(servers.clickHouse, "SELECT message_id FROM engagements_pending LIMIT 3")).toEqual([]);
    expect(await join.process.kill("SIGTERM")).toBe(0);
  },
);

/** Until the join has taken its tasks over, and then a random while, so that the kill comes at any moment of its work. */
async function joinHasWork(join: AntedateProcess): Promise<void> {
  await eventually(
    () => Promise.resolve(join.stderr().split("task taken over").length - 1),
    (tasks) => tasks >= partitions,
    120_000,
  );
  await sleep(200 + Math.random() * 3_000);
}

/** What the topics hold, with the append times that the brokers gave. */
async function readBack(): Promise<OracleRecord[][]> {
  const reader = createTopicReader(servers.brokers);
  const all: OracleRecord[][] = [];
  for (let partition = 0; partition < partitions; partition++) all.push(await reader.records(partition));
  await reader.close();
  return all;
}

async function counts({ clickHouse }: LocalServers): Promise<{ e: number; m: number }> {
  const query = "SELECT (SELECT count() FROM engagements)::UInt32 AS e, (SELECT count() FROM messages)::UInt32 AS m";
  const [row] = await select<{ e: number; m: number }>(clickHouse, query);
  return row as { e: number; m: number };
}
