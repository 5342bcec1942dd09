import { Partitioners } from "kafkajs";
import { createKafka, createLogger, createPartitionReader } from "@antedate/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServers, type LocalServers } from "../support/local-servers.ts";

const log = createLogger({ service: "test", level: "silent" });
let servers: LocalServers;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true });
});

afterAll(async () => {
  await servers.stop();
});

test.each(["gzip", "snappy", "lz4", "zstd"])("batches that the broker holds as %s are read", async (codec) => {
  const client = { brokers: [servers.brokers], clientId: "compression", log };
  const kafka = createKafka(client);
  const topic = `compressed-${codec}`;
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: "compression.type", value: codec }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const values = Array.from({ length: 2_000 }, (_, index) => `${index} ${"the same words again ".repeat(index % 50)}`);
  for (let from = 0; from < values.length; from += 500) {
    await producer.send({ topic, messages: values.slice(from, from + 500).map((value) => ({ value })) });
  }
  await producer.disconnect();
  const reader = createPartitionReader(client);
  const read: string[] = [];
  for (let offset = 0; offset < values.length;) {
    const slice = await reader.read(topic, 0, offset);
    read.push(...slice.records.map(({ value }) => String(value)));
    offset = slice.nextOffset;
  }
  await reader.close();
  expect(read).toEqual(values);
});
