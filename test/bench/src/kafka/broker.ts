import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "kafkajs";
import { startKafka, quietKafka } from "@antedate/kafka-server";
import { createLogger, createPartitionReader, type PartitionReader } from "@antedate/runtime";
import { topicSpecs } from "@antedate/schemas";

export const prefix = "bench.";

export interface Broker {
  brokers: string;
  admin: Admin;
  reader: PartitionReader;
  /** Kept between runs where the user named it. */
  dataDir: string;
  /** For what the measured leave behind: state, checkpoints. */
  workDir: string;
  stop(): Promise<void>;
}

/** A broker of its own in the folder, or in one that is thrown away. */
export async function startBroker(data: string | null): Promise<Broker> {
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
  const workDir = await mkdtemp(join(dataDir, "work-"));
  return {
    brokers,
    admin,
    reader,
    dataDir,
    workDir,
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

/** To a person who waits; the table alone goes to stdout. */
export function say(sentence: string): void {
  console.error(sentence);
}
