import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Partitioners } from "kafkajs";
import { quietKafka } from "@antedate/kafka-server";
import type { PartitionReader } from "@antedate/runtime";
import { inputs, type Input } from "@antedate/schemas";
import { benchTraffic, recordsPerMessage, trafficVersion, type EncodedRecord } from "../traffic.ts";
import { makeTopics, prefix, say, startBroker, type Broker } from "./broker.ts";

/** A broker whose three inputs are loaded. */
export interface LoadedBroker extends Broker {
  partitions: number;
  records: number;
  valueBytes: number;
  ends: Record<Input, number[]>;
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
  const broker = await startBroker(data);
  const mark = join(broker.dataDir, "loaded.json");
  const wanted = { version: trafficVersion, wanted: records, partitions };
  let loaded = await readFile(mark, "utf8").then(
    (text) => JSON.parse(text) as Loaded,
    () => null,
  );
  if (loaded === null || Object.entries(wanted).some(([key, value]) => loaded?.[key as keyof Loaded] !== value)) {
    await rm(mark, { force: true });
    await makeTopics(broker.admin, [...inputs], partitions);
    say(`Loading ${records.toLocaleString("en-US")} records.`);
    const messages = Math.ceil(records / recordsPerMessage);
    const traffic = benchTraffic({ seed: 1, messages, messagesPerSecond: 1_000 });
    loaded = { ...wanted, ...(await load(broker.brokers, traffic, partitions)) };
    await writeFile(mark, JSON.stringify(loaded));
  }
  const ends = await readEnds(broker.reader, partitions);
  return { ...broker, partitions, records: loaded.records, valueBytes: loaded.valueBytes, ends };
}

/** Few enough that the inputs stay abreast of each other in append time, as they do where mail is sent now. */
const recordsPerRound = 4_000;

/** Writes records as fast as the broker takes them. */
async function load(
  brokers: string,
  traffic: Iterable<EncodedRecord>,
  partitions: number,
): Promise<{ records: number; valueBytes: number }> {
  const writer = await createInputWriter(brokers, partitions);
  let [records, valueBytes] = [0, 0];
  for (const record of traffic) {
    writer.add(record);
    valueBytes += record.value.length;
    if (++records % recordsPerRound === 0) await writer.flush();
  }
  await writer.close();
  return { records, valueBytes };
}

export interface InputWriter {
  add(record: EncodedRecord): void;
  /** Resolves when all that was added is there. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** kafkajs groups the messages of one topic in a time that grows with the square of their number. */
const messagesPerSend = 1_000;

/** Writes records to the inputs, placed as the contract says. */
export async function createInputWriter(brokers: string, partitions: number): Promise<InputWriter> {
  const partitionOf = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
  })) as never;
  const producer = quietKafka(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  type Placed = { key: string; value: Buffer; partition: number };
  const nothing = (): Record<Input, Placed[]> => ({ sends: [], deliveries: [], engagements: [] });
  let waiting = nothing();
  const flush = async (): Promise<void> => {
    const round = waiting;
    waiting = nothing();
    for (const input of inputs) {
      for (let from = 0; from < round[input].length; from += messagesPerSend) {
        const messages = round[input].slice(from, from + messagesPerSend);
        await producer.send({ topic: prefix + input, messages, acks: -1 });
      }
    }
  };
  return {
    add({ input, key, value }) {
      const partition = partitionOf({ topic: "", partitionMetadata, message: { key, value } });
      waiting[input].push({ key, value, partition });
    },
    flush,
    async close() {
      await flush();
      await producer.disconnect();
    },
  };
}

async function readEnds(reader: PartitionReader, partitions: number): Promise<Record<Input, number[]>> {
  const of = async (input: Input): Promise<number[]> => {
    const highs = await reader.highs(prefix + input, partitions);
    return Array.from({ length: partitions }, (_, partition) => highs.get(partition) ?? 0);
  };
  return { sends: await of("sends"), deliveries: await of("deliveries"), engagements: await of("engagements") };
}
