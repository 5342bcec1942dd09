import { createRequire } from "node:module";
import type { KafkaMessage } from "kafkajs";
import { registerCompressionCodecs } from "./compression-codecs.ts";
import type { FetchedRecord } from "./flow.ts";
import { kafkaConfig, type KafkaClientOptions } from "./kafka-client.ts";
import { recordBatchesOf } from "./lazy-batches.ts";
import { toRecords } from "./write-record-batch.ts";

// kafkajs has no consumer without a group. Its own Cluster and Broker classes do what is needed, and 2.2.4 (pinned, with
// a contract test) has no `exports` map that would hide them. What is used of them is declared here.
interface FetchedPartition {
  partition: number;
  highWatermark: string;
  messages: KafkaMessage[];
}
interface Broker {
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
  ): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
}

const load = createRequire(import.meta.url);

export interface LogSlice {
  records: FetchedRecord[];
  /** Where to read on. */
  nextOffset: number;
}

/** Reads one partition from any offset, without a group. Its user retries; errors keep kafkajs's `type`. */
export interface PartitionReader {
  /** First offset that is still there, and the next one to be written. */
  ends(topic: string, partition: number): Promise<{ low: number; high: number }>;
  /** The next offset to be written of each partition; one without a leader is left out. */
  highs(topic: string, partitionCount: number): Promise<Map<number, number>>;
  /** Records from `offset` on, a few MB at a time; none where the partition ends there. */
  read(topic: string, partition: number, offset: number): Promise<LogSlice>;
  close(): Promise<void>;
}

const sliceBytesMax = 4 * 1024 * 1024;
const readUncommitted = 0;
const readCommitted = 1;

export interface PartitionReaderOptions extends KafkaClientOptions {
  /** An end is where the next record goes; with this, where the oldest open transaction began: as far as members fetch. */
  endsBeforeOpenTransactions?: boolean;
}

export function createPartitionReader(options: PartitionReaderOptions): PartitionReader {
  const cluster = createCluster(options);
  let connected: Promise<void> | null = null;
  const ready = async (topic: string): Promise<void> => {
    connected ??= cluster.connect();
    try {
      await connected;
      await cluster.addTargetTopic(topic);
    } catch (error) {
      connected = null;
      throw error;
    }
  };
  // One at a time where kafkajs may have to connect: many callers at once would each hang a listener on one socket.
  const oneByOne = createTurns();
  /** After a fault the leader may have moved: the next try asks anew who it is. */
  const refreshing = async <T>(topic: string, attempt: () => Promise<T>): Promise<T> => {
    await ready(topic);
    try {
      return await attempt();
    } catch (error) {
      await cluster.refreshMetadata();
      throw error;
    }
  };
  const offsetsAt = async (
    topic: string,
    partitions: number[],
    fromBeginning: boolean,
  ): Promise<Map<number, number>> => {
    const asked = [{ topic, fromBeginning, partitions: partitions.map((partition) => ({ partition })) }];
    const [found] = await refreshing(topic, () => oneByOne(() => cluster.fetchTopicsOffset(asked)));
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const offsetAt = async (topic: string, partition: number, fromBeginning: boolean): Promise<number> => {
    const offset = (await offsetsAt(topic, [partition], fromBeginning)).get(partition);
    if (offset === undefined) throw Object.assign(new Error("no offset was given"), { code: "LEADER_NOT_AVAILABLE" });
    return offset;
  };
  return {
    async ends(topic, partition) {
      return { low: await offsetAt(topic, partition, true), high: await offsetAt(topic, partition, false) };
    },
    highs: (topic, partitionCount) =>
      offsetsAt(
        topic,
        Array.from({ length: partitionCount }, (_, partition) => partition),
        false,
      ),
    read: (topic, partition, offset) =>
      refreshing(topic, async () => {
        const broker = await oneByOne(() => leaderOf(cluster, topic, partition));
        return await fetchSlice(broker, topic, partition, offset);
      }),
    async close() {
      await cluster.disconnect();
    },
  };
}

/** Runs what it is given one after the other, whether it succeeds or not. */
function createTurns(): <T>(turn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (turn) => {
    const result = last.then(turn, turn);
    last = result;
    return result;
  };
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  return await cluster.findBroker({ nodeId: nodeId as string });
}

async function fetchSlice(broker: Broker, topic: string, partition: number, offset: number): Promise<LogSlice> {
  const { responses } = await broker.fetch({
    maxWaitTime: 100,
    minBytes: 1,
    maxBytes: sliceBytesMax,
    isolationLevel: readUncommitted,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: sliceBytesMax }] }],
  });
  const messages = responses[0]?.partitions[0]?.messages ?? [];
  // A record batch is delivered whole, so it can begin before the offset that was asked for.
  const batches = recordBatchesOf({ messages });
  const last = batches.at(-1);
  return {
    // No log has a record without value, and one batch may have millions that cannot be read.
    records: batches.filter(({ unreadable }) => unreadable === null).flatMap((batch) => toRecords(batch, offset)),
    nextOffset: last ? Math.max(offset, last.lastOffset + 1) : offset,
  };
}

function createCluster(options: PartitionReaderOptions): Cluster {
  registerCompressionCodecs();
  const ClusterClass = load("kafkajs/src/cluster") as new (settings: object) => Cluster;
  const { createLogger } = load("kafkajs/src/loggers") as { createLogger(settings: object): object };
  const config = kafkaConfig(options);
  return new ClusterClass({
    ...config,
    logger: createLogger({ level: config.logLevel, logCreator: config.logCreator }),
    metadataMaxAge: 300_000,
    isolationLevel: options.endsBeforeOpenTransactions ? readCommitted : readUncommitted,
    allowAutoTopicCreation: false,
    enforceRequestTimeout: true,
  });
}
