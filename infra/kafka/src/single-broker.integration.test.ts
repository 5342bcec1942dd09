import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { topicSpecs } from "@antedate/schemas";
import { Partitioners, type Kafka } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quietKafka, startKafka, type RunningKafka } from "./index.ts";
import { checkTopics, createTopics, ensureTopics, readMisplacedKeys, readTopicFacts } from "./topics.ts";

const day = 86_400_000;
const prefix = "test.";

async function consumeValues(kafka: Kafka, topic: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: `reader-${Math.random()}`, maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
      values.push(String(message.value));
      if (values.length === count) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values.toSorted();
}

describe("one broker", () => {
  let folder: string;
  let dataDir: string;
  let kafka: RunningKafka;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "antedate-kafka-"));
    dataDir = join(folder, "data with space, comma and ü");
    kafka = await startKafka({ dataDir, port: 0, brokers: 1 });
  });

  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true });
  });

  test("topics are created once, then found as they should be", async () => {
    const admin = quietKafka(kafka.bootstrapServers).admin();
    await admin.connect();
    const names = topicSpecs().map(({ name }) => prefix + name);
    const first = await createTopics(admin, { prefix, partitions: 3 });
    expect(first).toMatchObject({ created: names, altered: [], differences: [] });
    const second = await createTopics(admin, { prefix, partitions: 3 });
    expect(second).toMatchObject({ created: [], altered: [], differences: [] });
    const findings = checkTopics(await readTopicFacts(admin, prefix), { bootstrapServers: kafka.bootstrapServers });
    expect(findings.map(({ severity }) => severity)).toEqual(["ok", "ok", "ok", "ok"]);
    await admin.disconnect();
  });

  test("a longer window is reported by createTopics and set by ensureTopics, and other settings stay", async () => {
    const admin = quietKafka(kafka.bootstrapServers).admin();
    await admin.connect();
    const plan = { prefix: "window.", partitions: 1, windowMs: 5 * day };
    await createTopics(admin, plan);
    const longer = { ...plan, windowMs: 6 * day };
    const reported = await createTopics(admin, longer);
    expect(reported.differences).toHaveLength(5);
    expect(reported.differences[0]).toEqual({
      topic: "window.sends",
      setting: "retention.ms",
      actual: String(19 * day),
      wanted: String(20 * day),
    });
    expect((await ensureTopics(admin, longer)).altered).toHaveLength(5);
    expect((await ensureTopics(admin, plan)).altered).toHaveLength(0);
    const { topics } = await readTopicFacts(admin, "window.");
    expect(topics.classified?.settings).toMatchObject({
      "retention.ms": String(20 * day),
      "max.message.bytes": String(16 * 1024 * 1024),
      "message.timestamp.type": "LogAppendTime",
    });
    await admin.disconnect();
  });

  test("a record just under 16 MiB fits into the join log and comes back", async () => {
    const client = quietKafka(kafka.bootstrapServers);
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const value = Buffer.alloc(16 * 1024 * 1024 - 1024, "x");
    await producer.send({ topic: `${prefix}classified`, acks: -1, messages: [{ partition: 0, value }] });
    await producer.disconnect();
    const [read] = await consumeValues(client, `${prefix}classified`, 1);
    expect(read).toHaveLength(value.length);
  });

  test("keys that sit in another partition than murmur2 gives are counted", async () => {
    const client = quietKafka(kafka.bootstrapServers);
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const keys = Array.from({ length: 30 }, (_, n) => `message-${n}`);
    const placed = keys.map((key) => ({ key, value: "v" }));
    await producer.send({ topic: `${prefix}sends`, messages: placed });
    await producer.send({ topic: `${prefix}deliveries`, messages: placed.map((each) => ({ ...each, partition: 0 })) });
    await producer.disconnect();
    const [sends, deliveries, engagements] = await readMisplacedKeys(client, prefix, 20);
    expect(sends).toMatchObject({ topic: `${prefix}sends`, misplaced: 0 });
    expect(deliveries?.sampled).toBe(20);
    expect(deliveries?.misplaced).toBeGreaterThan(5);
    expect(deliveries?.example?.partition).toBe(0);
    expect(engagements).toEqual({ topic: `${prefix}engagements`, sampled: 0, misplaced: 0 });
  });

  test("a second start on the same data is refused with a sentence that says what to do", async () => {
    await expect(startKafka({ dataDir, port: 0, brokers: 1 })).rejects.toMatchObject({
      code: "directory_in_use",
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  test("a stopped broker starts again on another port with its data and its cluster ID", async () => {
    const { ports, clusterId } = kafka;
    const [pid] = kafka.pids;
    await kafka.stop();
    expect(() => process.kill(pid ?? 0, 0)).toThrow();
    const otherPort = (ports[0] ?? 0) + 1;
    kafka = await startKafka({ dataDir, port: otherPort, brokers: 1 });
    expect(kafka.bootstrapServers).toBe(`127.0.0.1:${otherPort}`);
    expect(kafka.clusterId).toBe(clusterId);
    const values = await consumeValues(quietKafka(kafka.bootstrapServers), `${prefix}sends`, 30);
    expect(values).toHaveLength(30);
  });

  test("a broker killed from outside is reported, and the data serve the next start", async () => {
    const [pid = 0] = kafka.pids;
    process.kill(pid, "SIGKILL");
    expect(await kafka.exited).toMatchObject({ index: 0, signal: "SIGKILL", logFile: kafka.logFiles[0] });
    expect(kafka.pids).toEqual([]);
    await kafka.startBroker(0);
    expect(await consumeValues(quietKafka(kafka.bootstrapServers), `${prefix}sends`, 30)).toHaveLength(30);
  });

  test("a taken port is named together with the flag that changes it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(startKafka({ dataDir: join(folder, "taken"), port, brokers: 1 })).rejects.toMatchObject({
      code: "port_taken",
      message: expect.stringMatching(new RegExp(`${port}.*--kafka-port`)),
    });
    server.close();
  });

  test("a directory with other people's files is refused and left alone", async () => {
    const foreign = await mkdtemp(join(folder, "foreign-"));
    await writeFile(join(foreign, "thesis.txt"), "");
    await expect(startKafka({ dataDir: foreign, port: 0, brokers: 1 })).rejects.toMatchObject({
      code: "directory_foreign",
    });
  });
});
