import { afterAll, beforeAll, expect, test } from "vitest";
import { logLinesOf, runAntedate, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { captureFlags } from "../support/capture.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";
import { scrape, sumOf } from "../support/scrape.ts";

const partitions = 4;
let servers: LocalServers;
let env: Record<string, string>;
let joining: AntedateProcess;
let sink: AntedateProcess;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true, partitions });
  env = { ...servers.env, LOG_LEVEL: "info", METRICS_PORT: "0", WORKERS: "2" };
  joining = startAntedate(["join"], env);
  sink = startAntedate(["sink", "--workers", "2"], { ...env, WORKERS: "7" });
});

afterAll(async () => {
  await Promise.all([joining.kill("SIGTERM"), sink.kill("SIGTERM")]);
  await servers.stop();
});

/** What the workers of a service said last of the partitions they were given, by worker. */
function assigned(service: AntedateProcess): Map<string, { topic: string; partition: number }[]> {
  return new Map(
    logLinesOf(service).flatMap(({ worker, assigned: topics }) => {
      if (worker === undefined || topics === undefined) return [];
      const places = Object.entries(topics).flatMap(([topic, own]) => own.map((partition) => ({ topic, partition })));
      return [[worker, places] as const];
    }),
  );
}

function workerPids(service: AntedateProcess): number[] {
  return logLinesOf(service).flatMap(({ workerPid }) => workerPid ?? []);
}

async function shared(service: AntedateProcess, places: number): Promise<number[]> {
  const counts = () => Promise.resolve([...assigned(service).values()].map((own) => own.length));
  return await eventually(counts, (own) => own.length === 2 && own.every((count) => count === places / 2));
}

async function urlOf(service: AntedateProcess): Promise<string> {
  const find = () => Promise.resolve(/"url":"([^"]+)\/metrics"/.exec(service.stderr())?.[1] ?? "");
  return await eventually(find, (url) => url !== "");
}

async function health(service: AntedateProcess): Promise<string> {
  const response = await fetch(`${await urlOf(service)}/health`);
  return `${response.status} ${(await response.text()).trim()}`;
}

const stored = async (): Promise<number> => {
  const [row] = await select<{ n: number }>(servers.clickHouse, "SELECT toInt32(count()) AS n FROM engagements");
  return row?.n ?? 0;
};

async function ingest(): Promise<void> {
  expect(await runAntedate(["ingest", "file", ...captureFlags], servers.env)).toMatchObject({ code: 0 });
}

test("two workers share the partitions of join and of sink, each with its own", async () => {
  expect(await shared(joining, partitions * 3)).toEqual([6, 6]);
  expect(await shared(sink, partitions * 4)).toEqual([8, 8]);
  expect([...assigned(joining).keys()].sort()).toEqual(["join-1", "join-2"]);
  expect([...assigned(sink).keys()].sort()).toEqual(["sink-1", "sink-2"]);
  const places = [...assigned(sink).values()].flat().map(({ topic, partition }) => `${topic}/${partition}`);
  expect(new Set(places).size).toBe(partitions * 4);
});

test("their rows are those of one process, and one port tells of all of them", async () => {
  await ingest();
  expect(await eventually(stored, (n) => n >= 1934)).toBe(1934);
  for (const service of [joining, sink])
    await eventually(
      () => health(service),
      (said) => said === "200 ok",
    );
  const samples = await scrape(`${await urlOf(joining)}/metrics`);
  expect(sumOf(samples, "antedate_join_engagements_decided_total")).toBe(1934);
  const decided = samples.filter(({ name }) => name === "antedate_join_engagements_decided_total");
  expect(decided.map(({ labels }) => labels).sort((a, b) => Number(a.partition) - Number(b.partition))).toEqual(
    Array.from({ length: partitions }, (_, partition) => ({ partition: String(partition) })),
  );
  const heaps = samples.filter(({ name }) => name === "process_resident_memory_bytes");
  expect(heaps.map(({ labels }) => labels.worker).sort()).toEqual(["join-1", "join-2"]);
  // A row can be read before its block was counted, and is told of only then.
  const sinkSamples = await eventually(
    async () => scrape(`${await urlOf(sink)}/metrics`),
    (told) => sumOf(told, "antedate_sink_rows_inserted_total", { table: "engagements" }) >= 1934,
  );
  expect(sumOf(sinkSamples, "antedate_sink_rows_inserted_total", { table: "engagements" })).toBe(1934);
  expect(sumOf(sinkSamples, "antedate_sink_last_insert_timestamp_seconds", { table: "engagements" })).toBeLessThan(
    Date.now() / 1_000 + 60,
  );
});

test("a worker that is killed ends all of them with its exit code, and a new start goes on", async () => {
  const [victim] = workerPids(joining);
  process.kill(victim as number, "SIGKILL");
  expect(await joining.exited).toBe(137);
  expect(joining.stderr().trim().split("\n").at(-1)).toMatch(/^Worker join-[12] was ended by SIGKILL\.$/);
  joining = startAntedate(["join"], env);
  await ingest();
  const read = async () =>
    sumOf(await scrape(`${await urlOf(joining)}/metrics`), "antedate_join_records_duplicate_total", {
      input: "engagements",
    });
  expect(await eventually(read, (n) => n >= 1934)).toBe(1934);
  expect(await stored()).toBe(1934);
});

test("workers do not outlive the process that started them", async () => {
  const pids = workerPids(sink);
  expect(pids.length).toBe(2);
  await sink.kill("SIGKILL");
  await eventually(
    () => Promise.resolve(pids.filter(isAlive)),
    (alive) => alive.length === 0,
  );
  sink = startAntedate(["sink"], env);
  await shared(sink, partitions * 4);
});

test("nor do workers whose parent goes before they run", async () => {
  const parent = startAntedate(["join"], { ...env, CONSUMER_GROUP: "short-lived" });
  const pids = await eventually(
    () => Promise.resolve(workerPids(parent)),
    (own) => own.length === 2,
  );
  parent.child.kill("SIGKILL");
  await eventually(
    () => Promise.resolve(pids.filter(isAlive)),
    (alive) => alive.length === 0,
    30_000,
  );
});

test("told to stop, all workers finish what is in hand and the exit code is 0", async () => {
  const pids = [...workerPids(joining), ...workerPids(sink)];
  expect(pids.length).toBe(4);
  expect(await joining.kill("SIGTERM")).toBe(0);
  expect(await sink.kill("SIGINT")).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test("what a person must mend is said once, and ends all", async () => {
  const ended = await runAntedate(["join", "--workers", "3"], {
    ...servers.env,
    TOPIC_PREFIX: "nowhere.",
    LOG_LEVEL: "silent",
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  expect(ended.stderr).toContain("nowhere.");
});

test("`up` runs each of its services as so many workers", async () => {
  const up = await startServers({ env: { WORKERS: "2", METRICS_PORT: "0", LOG_LEVEL: "info" } });
  const [, url = ""] = await up.process.waitFor(/^Metrics +(\S+)$/m);
  expect(await runAntedate(["ingest", "file", ...captureFlags], up.env)).toMatchObject({ code: 0 });
  const decided = async () => sumOf(await scrape(url), "antedate_join_engagements_decided_total");
  expect(await eventually(decided, (n) => n >= 1934)).toBe(1934);
  const workers = (await scrape(url)).flatMap(({ name, labels }) =>
    name === "process_resident_memory_bytes" ? labels.worker : [],
  );
  expect(workers.sort()).toEqual(["join-1", "join-2", "sink-1", "sink-2"]);
  const pids = workerPids(up.process);
  expect(pids.length).toBe(4);
  await up.stop();
  expect(await up.process.exited).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
