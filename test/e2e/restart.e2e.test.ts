import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate } from "../support/antedate-process.ts";
import { expectBalance } from "../support/balance.ts";
import { captureFlags } from "../support/capture.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";

let dataDir: string;
let servers: LocalServers;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "antedate-restart-"));
  servers = await startServers({ dataDir });
});

afterAll(async () => {
  await servers.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Counts {
  engagements: number;
  messages: number;
  sends: number;
  deliveries: number;
}

async function counts(): Promise<Counts> {
  const query = `SELECT (SELECT count() FROM engagements)::Int32 AS engagements, (SELECT count() FROM messages)::Int32 AS messages,
    (SELECT count() FROM sends FINAL)::Int32 AS sends, (SELECT count() FROM deliveries FINAL)::Int32 AS deliveries`;
  return (await select<Counts>(servers.clickHouse, query))[0] as Counts;
}

const whole: Counts = { engagements: 1934, messages: 400, sends: 400, deliveries: 977 };
const isWhole = (now: Counts): boolean => JSON.stringify(now) === JSON.stringify(whole);

test("the same folder continues where it stopped, also when it is stopped in the middle", async () => {
  await runAntedate(["ingest", "file", ...captureFlags], servers.env);
  await servers.stop();
  expect(await servers.process.exited).toBe(0);
  servers = await startServers({ dataDir });
  expect(await eventually(counts, isWhole)).toEqual(whole);
  await expectBalance(servers.clickHouse, whole.engagements);
});

test("a ClickHouse that was made anew is filled again from the topics", async () => {
  await servers.stop();
  await rm(join(dataDir, "clickhouse"), { recursive: true });
  servers = await startServers({ dataDir });
  expect(await eventually(counts, isWhole)).toEqual(whole);
  await expectBalance(servers.clickHouse, whole.engagements);
});

test("Kafka made anew begins a new log, and its rows are told apart from the old one's", async () => {
  await servers.stop();
  await rm(join(dataDir, "kafka"), { recursive: true });
  servers = await startServers({ dataDir });
  await runAntedate(["ingest", "file", ...captureFlags], servers.env);
  const query =
    "SELECT log_partition, uniqExact(log_id)::Int32 AS logs, count()::Int32 AS n FROM engagements GROUP BY log_partition";
  const byPartition = () => select<{ logs: number; n: number }>(servers.clickHouse, query);
  const found = await eventually(
    byPartition,
    (rows) => rows.reduce((sum, { n }) => sum + n, 0) >= 2 * whole.engagements,
  );
  expect(found.map(({ logs }) => logs)).toEqual([2, 2, 2, 2]);
  expect(found.reduce((sum, { n }) => sum + n, 0)).toBe(2 * whole.engagements);
  await expectBalance(servers.clickHouse, 2 * whole.engagements);
});
