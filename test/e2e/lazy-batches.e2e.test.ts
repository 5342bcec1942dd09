import {
  createKafka,
  createLogger,
  createPartitionReader,
  installLazyBatches,
  recordBatchesOf,
  toRecords,
  type FetchedRecord,
} from "@antedate/runtime";
import { CompressionTypes, Partitioners, type IHeaders, type Kafka, type Message } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeZerosAsZstd } from "../support/compressed-bytes.ts";
import { startServers, type LocalServers } from "../support/local-servers.ts";

const log = createLogger({ service: "test", level: "silent" });
let servers: LocalServers;
let kafka: Kafka;

beforeAll(async () => {
  servers = await startServers({ infraOnly: true });
  kafka = createKafka({ brokers: [servers.brokers], clientId: "lazy", log });
});

afterAll(async () => {
  await servers.stop();
});

type Read = FetchedRecord & { partition: number };

/** What a consumer is handed of a topic up to its end, from an offset on, by what is installed; and how often how much. */
async function readAll(
  topic: string,
  from: number,
  keep: (record: Read) => Read = (record) => record,
): Promise<{ records: Read[]; handed: number[] }> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const waiting = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  const consumer = kafka.consumer({
    groupId: `lazy-${Math.random()}`,
    maxWaitTimeInMs: 100,
    // Several fetches, most of them from within a batch's neighbourhood.
    maxBytesPerPartition: 30_000,
  });
  const all: Read[] = [];
  const handed: number[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const { partition } of ends) consumer.seek({ topic, partition, offset: String(from) });
  });
  await new Promise<void>((resolve, reject) => {
    const onEnd = (partition: number, next: number) => {
      if (next >= (waiting.get(partition) ?? 0)) waiting.delete(partition);
      if (waiting.size === 0) resolve();
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      onEnd(payload.partition, Number(payload.lastOffset) + 1);
    });
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          const fetched = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
          handed.push(batch.messages.length);
          for (const one of recordBatchesOf(batch)) {
            all.push(...toRecords(one, fetched).map((record) => keep({ ...record, partition: batch.partition })));
          }
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  const sorted = all.toSorted((one, other) => one.partition - other.partition || one.offset - other.offset);
  return { records: sorted, handed };
}

async function createTopic(topic: string, config: Record<string, string>, partitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true });
  await admin.disconnect();
}

function messages(count: number): Message[] {
  return Array.from({ length: count }, (_, index): Message => {
    const headers: IHeaders = index % 5 === 0 ? { trace: `t${index}`, many: ["a", "b"] } : {};
    return {
      key: index % 7 === 0 ? null : `key ${index}`,
      value: index % 11 === 0 ? null : `${index} ${"the same words again ".repeat(index % 40)}`,
      timestamp: String(Date.UTC(2026, 0, 1) + index * 17 - (index % 3) * 1_000),
      headers,
    };
  });
}

async function readBothWays(topic: string, from: number): Promise<{ stock: Read[]; lazily: Read[] }> {
  const stock = await readAll(topic, from);
  const uninstall = installLazyBatches();
  try {
    const lazily = await readAll(topic, from);
    const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
    expect(sum(lazily.handed)).not.toBe(sum(stock.handed));
    return { stock: stock.records, lazily: lazily.records };
  } finally {
    uninstall();
  }
}

test.each([
  ["uncompressed", "LogAppendTime"],
  ["uncompressed", "CreateTime"],
  ["gzip", "LogAppendTime"],
  ["snappy", "CreateTime"],
  ["lz4", "LogAppendTime"],
  ["zstd", "LogAppendTime"],
])("%s records with %s: the seam hands over what the stock path does", async (codec, timestamps) => {
  const topic = `${codec}-${timestamps}`;
  await createTopic(
    topic,
    { "compression.type": codec, "message.timestamp.type": timestamps, "retention.ms": "-1" },
    3,
  );
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const all = messages(2_000);
  for (let at = 0, size = 1; at < all.length; at += size, size = (size * 3) % 401) {
    await producer.send({ topic, messages: all.slice(at, at + size) });
  }
  await producer.disconnect();
  const { stock, lazily } = await readBothWays(topic, 0);
  expect(stock).toHaveLength(2_000);
  expect(lazily).toEqual(stock);
  const later = await readBothWays(topic, 333);
  expect(later.lazily).toEqual(later.stock);
  expect(later.lazily).toEqual(stock.filter(({ offset }) => offset >= 333));
});

test("aborted transactions are left out, and their markers passed", async () => {
  const topic = "transactions";
  await createTopic(topic, {}, 1);
  const producers = ["a", "b"].map((transactionalId) =>
    kafka.producer({
      transactionalId,
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner: Partitioners.DefaultPartitioner,
    }),
  );
  for (const producer of producers) await producer.connect();
  for (let round = 0; round < 4; round++) {
    const transactions = await Promise.all(producers.map((producer) => producer.transaction()));
    for (const [index, transaction] of transactions.entries()) {
      for (const part of [0, 1]) {
        const value = `round ${round} ${index}.${part} ${(round + index) % 2 === 0 ? "committed" : "aborted"}`;
        await transaction.send({ topic, messages: [{ value }] });
      }
    }
    for (const [index, transaction] of transactions.entries()) {
      if ((round + index) % 2 === 0) await transaction.commit();
      else await transaction.abort();
    }
  }
  for (const producer of producers) await producer.disconnect();
  for (const from of [0, 5]) {
    const { stock, lazily } = await readBothWays(topic, from);
    expect(lazily).toEqual(stock);
    expect(lazily.every(({ value }) => String(value).endsWith("committed"))).toBe(true);
  }
});

test("where members' fetching ends is where the oldest open transaction began", async () => {
  const topic = "open-transaction";
  await createTopic(topic, {}, 1);
  const createPartitioner = Partitioners.DefaultPartitioner;
  const plain = kafka.producer({ createPartitioner });
  const open = kafka.producer({ transactionalId: "open", maxInFlightRequests: 1, idempotent: true, createPartitioner });
  await Promise.all([plain.connect(), open.connect()]);
  const client = { brokers: [servers.brokers], clientId: "ends", log };
  const [written, fetched] = [
    createPartitionReader(client),
    createPartitionReader({ ...client, endsBeforeOpenTransactions: true }),
  ];
  await plain.send({ topic, messages: [{ value: "first" }] });
  const transaction = await open.transaction();
  await transaction.send({ topic, messages: [{ value: "open" }] });
  await plain.send({ topic, messages: [{ value: "behind it" }] });
  expect(await written.highs(topic, 1)).toEqual(new Map([[0, 3]]));
  expect(await fetched.highs(topic, 1)).toEqual(new Map([[0, 1]]));
  await transaction.abort();
  await Promise.all([plain, open].map((producer) => producer.disconnect()));
  await Promise.all([written, fetched].map((reader) => reader.close()));
});

test("of batches that become large two at a time are handed over, those that become too large without their records", async () => {
  const topic = "large-batches";
  await createTopic(topic, {}, 1);
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const sizes = [60, 60, 60, 65, 2_000, 0, 60];
  for (const size of sizes) {
    const undo = writeZerosAsZstd(size);
    const compression = size === 0 ? CompressionTypes.None : CompressionTypes.ZSTD;
    try {
      await producer.send({ topic, compression, messages: [{ key: null, value: "" }] });
    } finally {
      undo();
    }
  }
  await producer.disconnect();
  const uninstall = installLazyBatches();
  try {
    // Not the values: they would be held all at once.
    const lengths: (number | null)[] = [];
    const { records, handed } = await readAll(topic, 0, (record) => {
      lengths.push(record.value === null ? null : record.value.length);
      return { ...record, value: null };
    });
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const bytes = 60 * 1024 * 1024 - 1;
    expect(lengths).toEqual([bytes, bytes, bytes, null, null, 0, bytes]);
    // The fifth alone has more compressed bytes than are fetched at a time.
    expect(handed).toEqual([2, 2, 1, 2]);
  } finally {
    uninstall();
  }
});
