import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Partitioners } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quietKafka, startKafka, type RunningKafka } from "./index.ts";
import { checkTopics, ensureTopics, readTopicFacts } from "./topics.ts";

describe("three brokers", () => {
  let dataDir: string;
  let kafka: RunningKafka;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "antedate-kafka-"));
    kafka = await startKafka({ dataDir, port: 0, brokers: 3 });
  });

  afterAll(async () => {
    await kafka.stop();
    await rm(dataDir, { recursive: true });
  });

  test("topics have three copies and take no write that one broker holds alone", async () => {
    const admin = quietKafka(kafka.bootstrapServers).admin();
    await admin.connect();
    await ensureTopics(admin, { prefix: "email.", partitions: 2 });
    const findings = checkTopics(await readTopicFacts(admin, "email."), { bootstrapServers: kafka.bootstrapServers });
    await admin.disconnect();
    expect(findings.filter(({ severity }) => severity !== "ok")).toEqual([]);
    expect(findings.at(-1)?.sentence).toBe("Every partition is held by three brokers.");
  });

  test("with one broker killed a write that all copies must confirm still succeeds, and the broker comes back", async () => {
    await kafka.killBroker(1, "SIGKILL");
    expect(kafka.pids).toHaveLength(2);
    // The cluster notices a loss when the broker's session runs out; a producer must be more patient than that.
    const client = quietKafka(kafka.bootstrapServers, { retry: { retries: 30, maxRetryTime: 1000 } });
    const producer = client.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (const partition of [0, 1]) {
      const messages = [{ key: "k", value: "v", partition }];
      const [written] = await producer.send({ topic: "email.sends", acks: -1, messages });
      expect(written?.errorCode).toBe(0);
    }
    await producer.disconnect();
    await kafka.startBroker(1);
    expect(kafka.pids).toHaveLength(3);
  });

  test("a broker that is asked to stop is not reported as one that fell", async () => {
    await kafka.stopBroker(2);
    expect(kafka.pids).toHaveLength(2);
    const first = await Promise.race([kafka.exited, Promise.resolve("nothing")]);
    expect(first).toBe("nothing");
  });

  test("the data refuse to start with another number of brokers", async () => {
    await kafka.stop();
    await expect(startKafka({ dataDir, port: 0, brokers: 1 })).rejects.toMatchObject({ code: "broker_count_differs" });
  });
});
