import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Partitioners, type Admin } from "kafkajs";
import { startKafka, quietKafka } from "@antedate/kafka-server";
import { createLogger, createPartitionReader, type PartitionReader } from "@antedate/runtime";
import { inputs, topicSpecs, type Input } from "@antedate/schemas";
import { benchTraffic, recordsPerMessage, trafficVersion } from "../traffic.ts";

export const prefix = "bench.";

/** A broker whose three inputs are loaded. */
export interface LoadedBroker {
  brokers: string;
  admin: Admin;
  reader: PartitionReader;
  /** For what the measured leave behind: state, checkpoints. */
  workDir: string;
  partitions: number;
  records: number;
  valueBytes: number;
  ends: Record<Input, number[]>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Kept, and used again where it holds what is wanted. */
  data: string | null;
  records: number;
  partitions: number;
}

interface Loaded {
  version: number;
  wanted: number;
  partitions: number;
  records: number;
  valueBytes: number;
}

export async function startLoadedBroker({ data, records, partitions }: LoadOptions): Promise<LoadedBroker> {
  const dataDir = data === null ? await mkdtemp(join(tmpdir(), "antedate-bench-")) : resolve(data);
  await mkdir(dataDir, { recursive: true });
  const kafka = await startKafka({
    dataDir: join(dataDir, "kafka"),
    port: 0,
    brokers: 1,
    heapMb: 1_024,
    onProgress: say,
  });
  const brokers = kafka.bootstrapServers;
  const admin = quietKafka(brokers).admin();
  await admin.connect();
  const log = createLogger({ service: "bench", level: "silent" });
  const reader = createPartitionReader({ brokers: brokers.split(","), clientId: "bench", log });
  const mark = join(dataDir, "loaded.json");
  const wanted = { version: trafficVersion, wanted: records, partitions };
  const found = await readFile(mark, "utf8").then(
    (text) => JSON.parse(text) as Loaded,
    () => null,
  );
  let loaded = found;
  if (loaded === null || Object.entries(wanted).some(([key, value]) => found?.[key as keyof Loaded] !== value)) {
    await rm(mark, { force: true });
    await makeTopics(admin, [...inputs], partitions);
    loaded = { ...wanted, ...(await load(brokers, records, partitions)) };
    await writeFile(mark, JSON.stringify(loaded));
  }
  const workDir = await mkdtemp(join(dataDir, "work-"));
  return {
    brokers,
    admin,
    reader,
    workDir,
    partitions,
    records: loaded.records,
    valueBytes: loaded.valueBytes,
    ends: await readEnds(reader, partitions),
    async stop() {
      await Promise.all([reader.close(), admin.disconnect()]);
      await kafka.stop();
      await rm(data === null ? dataDir : workDir, { recursive: true, force: true });
    },
  };
}

/** Makes topics anew, empty: those of the contract as it says but kept for ever, others with the broker's defaults. */
export async function makeTopics(admin: Admin, names: string[], partitions: number): Promise<void> {
  const topics = names.map((name) => prefix + name);
  const existing = await admin.listTopics();
  const old = topics.filter((topic) => existing.includes(topic));
  if (old.length > 0) await admin.deleteTopics({ topics: old });
  // A deletion is finished some time after its answer.
  while (old.length > 0 && (await admin.listTopics()).some((topic) => old.includes(topic))) await sleep(200);
  const specs = new Map<string, Readonly<Record<string, string>>>(
    topicSpecs().map(({ name, config }) => [name, config]),
  );
  await admin.createTopics({
    waitForLeaders: true,
    topics: names.map((name) => ({
      topic: prefix + name,
      numPartitions: partitions,
      replicationFactor: 1,
      configEntries: Object.entries({ ...specs.get(name), "retention.ms": "-1" }).map(([key, value]) => ({
        name: key,
        value,
      })),
    })),
  });
}

/** Few enough that the inputs stay abreast of each other in append time, as they do where mail is sent now. */
const recordsPerRound = 4_000;
/** kafkajs groups the messages of one topic in a time that grows with the square of their number. */
const messagesPerSend = 1_000;

async function load(
  brokers: string,
  wanted: number,
  partitions: number,
): Promise<{ records: number; valueBytes: number }> {
  say(`Loading ${wanted.toLocaleString("en-US")} records.`);
  const partitionOf = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
  })) as never;
  const producer = quietKafka(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  let records = 0;
  let valueBytes = 0;
  type Placed = { key: string; value: Buffer; partition: number };
  let round: Record<Input, Placed[]> = { sends: [], deliveries: [], engagements: [] };
  const flush = async (): Promise<void> => {
    const topicMessages = inputs.flatMap((input) =>
      Array.from({ length: Math.ceil(round[input].length / messagesPerSend) }, (_, index) => ({
        topic: prefix + input,
        messages: round[input].slice(index * messagesPerSend, (index + 1) * messagesPerSend),
      })),
    );
    round = { sends: [], deliveries: [], engagements: [] };
    for (const chunk of topicMessages) await producer.send({ ...chunk, acks: -1 });
  };
  const messages = Math.ceil(wanted / recordsPerMessage);
  for (const { input, key, value } of benchTraffic({ seed: 1, messages, messagesPerSecond: 1_000 })) {
    const partition = partitionOf({ topic: "", partitionMetadata, message: { key, value } });
    round[input].push({ key, value, partition });
    valueBytes += value.length;
    if (++records % recordsPerRound === 0) await flush();
  }
  await flush();
  await producer.disconnect();
  return { records, valueBytes };
}

async function readEnds(reader: PartitionReader, partitions: number): Promise<Record<Input, number[]>> {
  const of = async (input: Input): Promise<number[]> => {
    const highs = await reader.highs(prefix + input, partitions);
    return Array.from({ length: partitions }, (_, partition) => highs.get(partition) ?? 0);
  };
  return { sends: await of("sends"), deliveries: await of("deliveries"), engagements: await of("engagements") };
}

function say(sentence: string): void {
  console.error(sentence);
}
