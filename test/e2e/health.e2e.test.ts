import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { startKafka, type RunningKafka } from "@antedate/kafka-server";
import { ensureTopics } from "@antedate/kafka-server/topics";
import { createKafka, createLogger } from "@antedate/runtime";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { captureFlags } from "../support/capture.ts";
import { eventually, select } from "../support/local-servers.ts";
import { scrape, sumOf } from "../support/scrape.ts";

const log = createLogger({ service: "test", level: "silent" });

let folder: string;
let kafka: RunningKafka;
let clickHouse: StartedServer;
let env: Record<string, string>;
let joining: AntedateProcess;
let sink: AntedateProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-health-"));
  kafka = await startKafka({ dataDir: join(folder, "kafka"), port: 0, brokers: 1 });
  clickHouse = await startClickHouseServer({ dataDir: join(folder, "clickhouse"), port: 0 });
  const admin = createKafka({ brokers: [kafka.bootstrapServers], clientId: "health", log }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix: "email.", partitions: 2 });
  await admin.disconnect();
  env = {
    KAFKA_BROKERS: kafka.bootstrapServers,
    CLICKHOUSE_URL: `${clickHouse.url}/antedate`,
    STATE_DIR: folder,
    METRICS_PORT: "0",
  };
  expect(await runAntedate(["migrate"], env)).toMatchObject({ code: 0 });
  joining = startAntedate(["join"], env);
  sink = startAntedate(["sink"], env);
});

afterAll(async () => {
  process.kill(clickHouse.pid, "SIGCONT");
  await Promise.all([joining.kill("SIGTERM"), sink.kill("SIGTERM")]);
  await clickHouse.stop();
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Where a service says in its log that it serves its metrics. */
async function urlOf(service: AntedateProcess): Promise<string> {
  const find = () => Promise.resolve(/"url":"([^"]+)\/metrics"/.exec(service.stderr())?.[1] ?? "");
  return await eventually(find, (url) => url !== "");
}

async function health(service: AntedateProcess): Promise<string> {
  const response = await fetch(`${await urlOf(service)}/health`);
  return `${response.status} ${(await response.text()).trim()}`;
}

test("join and sink are well once they have their partitions", async () => {
  for (const service of [joining, sink])
    await eventually(
      () => health(service),
      (said) => said === "200 ok",
    );
});

test("a ClickHouse that hangs is told by the sink alone, which is well again once it answers", async () => {
  process.kill(clickHouse.pid, "SIGSTOP");
  await runAntedate(["ingest", "file", ...captureFlags], env);
  const said = await eventually(
    () => health(sink),
    (now) => now !== "200 ok",
  );
  expect(said).toMatch(/^503 sink email\.\w+\/\d: ClickHouse has not answered for \d+ s$/);
  expect(await health(joining)).toBe("200 ok");
  process.kill(clickHouse.pid, "SIGCONT");
  await eventually(
    () => health(sink),
    (now) => now === "200 ok",
  );
  const client = createClickHouse(env.CLICKHOUSE_URL as string);
  const count = async () =>
    (await select<{ n: number }>(client, "SELECT toInt32(count()) AS n FROM engagements"))[0]?.n;
  expect(await eventually(count, (n) => n === 1934)).toBe(1934);
  await client.close();
});

test("a broker that is away is told by the join, which is well again once it is back", async () => {
  await kafka.stopBroker(0);
  const said = await eventually(
    () => health(joining),
    (now) => now !== "200 ok",
  );
  expect(said).toMatch(/^503 join( partition \d)?: .+ for \d+ s$/);
  await kafka.startBroker(0);
  await eventually(
    () => health(joining),
    (now) => now === "200 ok",
  );
  const samples = await scrape(`${await urlOf(joining)}/metrics`);
  expect(sumOf(samples, "antedate_join_engagements_decided_total")).toBe(1934);
  expect(sumOf(samples, "antedate_join_imbalance")).toBe(0);
});
