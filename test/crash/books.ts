import { readJoinSettings } from "@antedate/join";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { differences, storedLines, toLine } from "../support/compare-rows.ts";
import { eventually, select } from "../support/local-servers.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";
import { createTopicReader } from "../support/topic-reader.ts";
import { partitions, settingsEnv, type World } from "./world.ts";

/** Where books and topics differ; all of it empty or 0 where they balance. */
export interface Imbalance {
  engagements: ReturnType<typeof differences>;
  messages: ReturnType<typeof differences>;
  pending: number;
  /** As the view `audit` counts. */
  doubled: number;
  /** Groups whose rollup is not what its facts make. */
  rollups: number;
  /** Raw events without their row, or with several. */
  raw: { sends: number; deliveries: number };
}

export const balanced: Imbalance = {
  engagements: { missing: [], extra: [], count: 0 },
  messages: { missing: [], extra: [], count: 0 },
  pending: 0,
  doubled: 0,
  rollups: 0,
  raw: { sends: 0, deliveries: 0 },
};

const settledMsMax = 240_000;

/** Waits until ClickHouse has as much as the oracle makes of the topics, and compares all of it. */
export async function imbalance({ kafka, clickHouseUrl }: World): Promise<Imbalance & { facts: number }> {
  const byPartition = await readBack(kafka.bootstrapServers);
  const expected = byPartition.map((records) => oracle(records, readJoinSettings(settingsEnv)));
  const engagements = expected.flatMap((rows, partition) => rows.engagements.map((row) => toLine(row, partition)));
  const messages = expected.flatMap((rows) => rows.messages.map((row) => toLine(row)));
  const client = createClickHouse(clickHouseUrl);
  try {
    await eventually(
      () => factCounts(client),
      ({ e, m }) => e >= engagements.length && m >= messages.length,
      settledMsMax,
    );
    const raw = (input: "sends" | "deliveries") => identities(byPartition.flat(), input);
    await eventually(
      () => rawCounts(client),
      ({ sends, deliveries }) => sends >= raw("sends") && deliveries >= raw("deliveries"),
      settledMsMax,
    );
    const { sends, deliveries } = await rawCounts(client);
    return {
      facts: engagements.length + messages.length,
      engagements: differences(await storedLines(client, "engagements"), engagements),
      messages: differences(await storedLines(client, "messages"), messages),
      pending: await numberOf(client, "SELECT count() FROM engagements_pending"),
      doubled: await numberOf(client, "SELECT sum(doubled_engagements) + sum(doubled_messages) FROM audit"),
      rollups: (await rollupDifferences(client, "engagements")) + (await rollupDifferences(client, "messages")),
      raw: { sends: sends - raw("sends"), deliveries: deliveries - raw("deliveries") },
    };
  } finally {
    await client.close();
  }
}

/** What the topics hold, with the append times that the brokers gave. */
async function readBack(brokers: string): Promise<OracleRecord[][]> {
  const reader = createTopicReader(brokers);
  const all: OracleRecord[][] = [];
  for (let partition = 0; partition < partitions; partition++) all.push(await reader.records(partition));
  await reader.close();
  return all;
}

function identities(records: OracleRecord[], input: "sends" | "deliveries"): number {
  const own = records.filter((record) => record.input === input);
  return new Set(own.map(({ event }) => `${event.message_id}\n${event.event_id}`)).size;
}

async function numberOf(client: ClickHouseClient, query: string): Promise<number> {
  const [row] = await select<{ n: number }>(client, `SELECT toInt32((${query})) AS n`);
  return row?.n ?? NaN;
}

async function factCounts(client: ClickHouseClient): Promise<{ e: number; m: number }> {
  return {
    e: await numberOf(client, "SELECT count() FROM engagements"),
    m: await numberOf(client, "SELECT count() FROM messages"),
  };
}

async function rawCounts(client: ClickHouseClient): Promise<{ sends: number; deliveries: number }> {
  return {
    sends: await numberOf(client, "SELECT count() FROM sends FINAL"),
    deliveries: await numberOf(client, "SELECT count() FROM deliveries FINAL"),
  };
}

const rollups = {
  engagements: "tenant, toStartOfHour(occurred_at) AS hour, campaign, kind, class, exposure",
  messages: "tenant, toStartOfHour(decided_at) AS hour, campaign, outcome",
};

/** The hourly projection against the rows it is of. */
async function rollupDifferences(client: ClickHouseClient, table: keyof typeof rollups): Promise<number> {
  const grouped = async (settings: string): Promise<string[]> => {
    const query = `SELECT ${rollups[table]}, toInt32(count()) AS n FROM ${table} GROUP BY ALL ORDER BY ALL SETTINGS ${settings}`;
    return (await select<object>(client, query)).map((row) => JSON.stringify(row));
  };
  const fromRollup = await grouped("optimize_use_projections = 1, force_optimize_projection = 1");
  return differences(fromRollup, await grouped("optimize_use_projections = 0")).count;
}
