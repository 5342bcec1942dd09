import type { Admin } from "kafkajs";
import { createKafka, createLogger } from "@antedate/runtime";
import { topicSpecs } from "@antedate/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate, startAntedate } from "../support/antedate-process.ts";
import { eventually, startServers, type LocalServers } from "../support/local-servers.ts";

let servers: LocalServers;
let admin: Admin;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true });
  const log = createLogger({ service: "test", level: "silent" });
  admin = createKafka({ brokers: [servers.brokers], clientId: "refusals", log }).admin();
  await admin.connect();
});

afterAll(async () => {
  await admin.disconnect();
  await servers.stop();
});

async function makeTopics(
  prefix: string,
  change: Record<string, { partitions?: number; config?: Record<string, string> }>,
) {
  const topics = topicSpecs().map(({ name, config }) => ({
    topic: prefix + name,
    numPartitions: change[name]?.partitions ?? 2,
    replicationFactor: 1,
    configEntries: Object.entries({ ...config, ...change[name]?.config }).map(([key, value]) => ({ name: key, value })),
  }));
  await admin.createTopics({ topics, waitForLeaders: true });
}

/** One sentence on stderr, no stack. */
function expectSentence(result: { code: number | null; stderr: string }, ...words: string[]): void {
  expect(result.code).toBe(1);
  for (const word of words) expect(result.stderr).toContain(word);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stderr.trim().split("\n").length).toBe(1);
}

test("join refuses inputs with unequal partition counts and names the command", async () => {
  await makeTopics("unequal.", { engagements: { partitions: 3 } });
  const result = await runAntedate(["join"], { ...servers.env, TOPIC_PREFIX: "unequal." });
  expectSentence(result, "unequal.", "2 partitions", "kafka-topics");
});

test("join refuses topics with producers' times", async () => {
  await makeTopics("create.", { deliveries: { config: { "message.timestamp.type": "CreateTime" } } });
  const result = await runAntedate(["join"], { ...servers.env, TOPIC_PREFIX: "create." });
  expectSentence(result, "create.deliveries", "message.timestamp.type", "kafka-configs");
});

test("join refuses missing topics", async () => {
  const result = await runAntedate(["join"], { ...servers.env, TOPIC_PREFIX: "missing." });
  expectSentence(result, "missing.");
});

test("joins end when their topics get more partitions, and say how to go on", async () => {
  await makeTopics("grown.", {});
  const env = { ...servers.env, TOPIC_PREFIX: "grown.", CONSUMER_GROUP: "grown" };
  const first = startAntedate(["join"], { ...env, LOG_LEVEL: "info" });
  try {
    const assigned = (said: string) => said.includes("partitions assigned");
    await eventually(() => Promise.resolve(first.stderr()), assigned);
    const topicPartitions = topicSpecs().map(({ name }) => ({ topic: `grown.${name}`, count: 4 }));
    await admin.createPartitions({ topicPartitions });
    // A member more makes the group assign again; alone, a join looks at its topics every five minutes.
    const second = await runAntedate(["join"], env);
    expectSentence(second, "partitions");
    expect(await first.exited).toBe(1);
    expect(first.stderr()).toContain("has got more partitions than the 2 ");
    expectSentence(await runAntedate(["join"], env), "was written with 2 partitions and has 4 now");
  } finally {
    await first.kill("SIGKILL");
  }
});

test("topics makes what is missing, once, and says how existing ones differ", async () => {
  const env = { ...servers.env, TOPIC_PREFIX: "made." };
  const made = await runAntedate(["topics", "--partitions", "3"], env);
  expect(made).toMatchObject({ code: 0, stdout: "" });
  expect(made.stderr).toContain("Made made.sends, made.deliveries, made.engagements, made.classified, made.rejects.");
  expect(await runAntedate(["topics"], env)).toMatchObject({ code: 0, stdout: "" });
  const other = await runAntedate(["topics", "--partitions", "4"], { ...env, WINDOW_MS: "3888000000" });
  const sentences = other.stdout.trim().split("\n");
  expect(sentences).toHaveLength(10);
  expect(sentences.filter((each) => each.includes("--partitions 3"))).toHaveLength(5);
  expect(sentences.filter((each) => each.includes("--add-config retention.ms=5097600000"))).toHaveLength(5);
  expectSentence(other, "left as they are");
  expectSentence(
    await runAntedate(["topics", "--replication", "3"], { ...env, TOPIC_PREFIX: "x." }),
    "--replication 3",
  );
  expect((await runAntedate(["join"], { ...env, TOPIC_PREFIX: "none." })).stderr).toContain("antedate topics");
});

test("what writes into the topics refuses where they are missing, and does not wait for them", async () => {
  const env = { ...servers.env, TOPIC_PREFIX: "none." };
  expectSentence(await runAntedate(["simulate", "--messages", "10"], env), "none.sends", "antedate topics");
  const ingest = await runAntedate(["ingest", "file", "--format", "canonical", import.meta.filename], env);
  expectSentence(ingest, "none.rejects", "antedate topics");
});

test("doctor names all that is wrong and fails, and is content where nothing is", async () => {
  const wrong = await runAntedate(["doctor"], { ...servers.env, LOG_LEVEL: "", TOPIC_PREFIX: "create." });
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toContain("message.timestamp.type");
  const right = await runAntedate(["doctor"], { ...servers.env, LOG_LEVEL: "" });
  expect(right).toMatchObject({ code: 0, stderr: "" });
});

test("sink refuses a wrong ClickHouse password and an unknown database", async () => {
  const url = new URL(servers.clickHouseUrl);
  url.password = "wrong";
  expectSentence(await runAntedate(["sink"], { ...servers.env, CLICKHOUSE_URL: url.href }), "CLICKHOUSE_URL");
  const other = new URL(servers.clickHouseUrl);
  other.pathname = "/nothing";
  expectSentence(await runAntedate(["sink"], { ...servers.env, CLICKHOUSE_URL: other.href }), "antedate migrate");
});

test("services say what they wait for where a server does not answer, and stop on SIGTERM", async () => {
  const env = { ...servers.env, KAFKA_BROKERS: "127.0.0.1:1", CLICKHOUSE_URL: "http://127.0.0.1:1/antedate" };
  for (const [command, what] of [
    ["join", "waiting for Kafka at 127.0.0.1:1"],
    ["sink", "waiting for ClickHouse at http://127.0.0.1:1"],
  ]) {
    const service = startAntedate([command as string], env);
    await eventually(
      () => Promise.resolve(service.stderr()),
      (text) => text.includes(what as string),
    );
    expect(await service.kill("SIGTERM")).toBe(0);
  }
});

test("doctor does not wait for servers that are away", async () => {
  const env = { ...servers.env, KAFKA_BROKERS: "127.0.0.1:1", CLICKHOUSE_URL: "http://127.0.0.1:1/antedate" };
  const began = Date.now();
  const { code, stdout } = await runAntedate(["doctor"], env);
  expect(code).toBe(1);
  expect(stdout).toContain("Kafka at 127.0.0.1:1 does not answer");
  expect(stdout).toContain("ClickHouse at 127.0.0.1:1 does not answer");
  expect(Date.now() - began).toBeLessThan(30_000);
});

test("wrong values of the environment are named", async () => {
  expectSentence(await runAntedate(["join"], { ...servers.env, NEAR_AFTER_MS: "soon" }), "NEAR_AFTER_MS");
  expectSentence(
    await runAntedate(["join"], { ...servers.env, THRESHOLDS_FILE: "/does/not/exist" }),
    "THRESHOLDS_FILE",
  );
});

test("a second up on the same folder or port says what to do", async () => {
  const ports = ["--kafka-port", "0", "--clickhouse-port", "0"];
  expectSentence(lastLine(await runAntedate(["up", "--data", servers.dataDir, ...ports])), servers.dataDir);
});

/** Progress comes before it. */
function lastLine(result: { code: number | null; stderr: string }): { code: number | null; stderr: string } {
  return { code: result.code, stderr: result.stderr.trim().split("\n").at(-1) ?? "" };
}
