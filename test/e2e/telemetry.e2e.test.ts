import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate } from "../support/antedate-process.ts";
import { captureFlags } from "../support/capture.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";
import { scrape, sumOf, type Sample } from "../support/scrape.ts";

const env = { METRICS_PORT: "0" };

let dataDir: string;
let servers: LocalServers;
let url: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "antedate-telemetry-"));
  await start();
});

afterAll(async () => {
  await servers.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  servers = await startServers({ dataDir, env });
  [, url = ""] = await servers.process.waitFor(/^Metrics +(\S+)$/m);
}

/** What became of all engagement that was read. */
function books(samples: Sample[]): Record<"read" | "decided" | "duplicate" | "rejected" | "parked", number> {
  const engagements = { input: "engagements" };
  return {
    read: sumOf(samples, "antedate_join_records_read_total", engagements),
    decided: sumOf(samples, "antedate_join_engagements_decided_total"),
    duplicate: sumOf(samples, "antedate_join_records_duplicate_total", engagements),
    rejected: sumOf(samples, "antedate_join_records_rejected_total", engagements),
    parked: sumOf(samples, "antedate_join_engagements_parked"),
  };
}

async function counts(): Promise<Record<string, number>> {
  const tables = ["engagements", "messages", "sends", "deliveries", "rejects"];
  const queries = tables.map((table) => `SELECT '${table}' AS name, toInt32(count()) AS n FROM ${table}`);
  const rows = await select<{ name: string; n: number }>(servers.clickHouse, queries.join(" UNION ALL "));
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

const audit = () =>
  select(
    servers.clickHouse,
    `SELECT log_partition, engagements::Int32 AS engagements, messages::Int32 AS messages,
       (doubled_engagements + doubled_messages)::Int32 AS doubled, pending::Int32 AS pending FROM audit ORDER BY log_partition`,
  );

const health = async (): Promise<{ status: number; text: string }> => {
  const response = await fetch(url.replace("/metrics", "/health"));
  return { status: response.status, text: await response.text() };
};

/** Until the sink has stored what the join decided of `read` engagements. */
async function settled(read: number): Promise<Sample[]> {
  const messages = 400;
  return await eventually(
    () => scrape(url),
    (samples) =>
      sumOf(samples, "antedate_join_records_read_total", { input: "engagements" }) === read &&
      sumOf(samples, "antedate_join_messages_decided_total") === messages &&
      sumOf(samples, "antedate_sink_lag_records") === 0 &&
      sumOf(samples, "antedate_join_input_lag_records") === 0,
  );
}

test("the counters of join and sink are the books, and what ClickHouse counts", async () => {
  const ingest = await runAntedate(["ingest", "file", ...captureFlags], servers.env);
  expect(ingest).toMatchObject({ code: 0 });
  await eventually(counts, ({ engagements, messages, sends, deliveries }) =>
    [engagements === 1934, messages === 400, sends === 400, deliveries === 977].every(Boolean),
  );
  await eventually(
    async () => sumOf(await scrape(url), "antedate_sink_rows_inserted_total"),
    (rows) => rows >= 1934 + 400 + 400 + 977,
  );
  const samples = await settled(1934);
  expect(books(samples)).toEqual({ read: 1934, decided: 1934, duplicate: 0, rejected: 0, parked: 0 });
  const stored = await counts();
  for (const table of ["engagements", "messages", "sends", "deliveries"]) {
    expect(sumOf(samples, "antedate_sink_rows_inserted_total", { table })).toBe(stored[table]);
    expect(sumOf(samples, "antedate_sink_blocks_inserted_total", { table })).toBeGreaterThan(0);
  }
  expect(await audit()).toEqual(
    [0, 1, 2, 3].map((partition) => ({
      log_partition: partition,
      engagements: sumOf(samples, "antedate_join_engagements_decided_total", { partition: String(partition) }),
      messages: sumOf(samples, "antedate_join_messages_decided_total", { partition: String(partition) }),
      doubled: 0,
      pending: 0,
    })),
  );
  expect(sumOf(samples, "antedate_sink_partitions_waiting")).toBe(0);
  expect(samples.filter(({ name }) => name === "antedate_join_imbalance").map(({ value }) => value)).toEqual([
    0, 0, 0, 0,
  ]);
  const commits = sumOf(samples, "antedate_join_commits_total");
  expect(commits).toBeGreaterThanOrEqual(4);
  expect(sumOf(samples, "antedate_join_commit_duration_seconds_count")).toBeLessThanOrEqual(commits);
  expect(sumOf(samples, "antedate_join_take_overs_total")).toBeGreaterThanOrEqual(4);
  expect(sumOf(samples, "nodejs_eventloop_lag_seconds")).toBeGreaterThanOrEqual(0);
  expect(await health()).toEqual({ status: 200, text: "ok\n" });
});

test("no series is made of what people or messages are", async () => {
  const samples = await scrape(url);
  const own = samples.filter(({ name }) => name.startsWith("antedate_"));
  const labels = new Set(own.flatMap((sample) => Object.keys(sample.labels)));
  expect([...labels].sort()).toEqual(
    ["input", "le", "partition", "reason", "table", "topic"].filter((l) => labels.has(l)),
  );
  expect(own.length).toBeLessThan(500);
});

test("what comes twice is told as duplicate, and the totals outlive the process", async () => {
  await runAntedate(["ingest", "file", ...captureFlags], servers.env);
  const twice = { read: 3868, decided: 1934, duplicate: 1934, rejected: 0, parked: 0 };
  expect(books(await settled(3868))).toEqual(twice);
  await servers.stop();
  await start();
  const samples = await settled(3868);
  expect(books(samples)).toEqual(twice);
  expect(sumOf(samples, "antedate_join_imbalance")).toBe(0);
  expect(await health()).toEqual({ status: 200, text: "ok\n" });
});

test.each(["join", "sink", "up"])("%s ends with one sentence where its port is taken", async (command) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const ended = await runAntedate([command], { METRICS_PORT: String(port), LOG_LEVEL: "warn", STATE_DIR: dataDir });
  expect(ended).toEqual({
    code: 1,
    stdout: "",
    stderr: `Port ${port} of 127.0.0.1 is taken: set METRICS_PORT to another one, or to 0 for any that is free.\n`,
  });
  taken.close();
});
