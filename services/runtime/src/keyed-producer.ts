import { Partitioners, type Kafka, type Producer } from "kafkajs";
import { errorCode } from "./errors.ts";
import { connectPatiently } from "./kafka-client.ts";
import type { Logger } from "./logger.ts";
import { retryForever } from "./retry.ts";

export interface KeyedMessage {
  key: string;
  value: Buffer;
}

/** Writes keyed records so that each is there at least once, whatever happens to brokers. */
export interface KeyedProducer {
  connect(): Promise<void>;
  /** Resolves when all replicas in sync have every message; waits out what passes by itself. */
  send(topic: string, messages: readonly KeyedMessage[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** kafkajs groups messages in a time that grows with the square of their number: 1,000 are still cheap. */
const messagesPerSend = 1_000;
const bytesPerSend = 4 * 1024 * 1024;

/**
 * A producer with Kafka's default murmur2 partitioning (design §4.1). After a broker moved, kafkajs can resolve `send`
 * without having sent the messages of some partition (its issue 1303): what it returns is checked to cover every
 * partition, and what it does not cover is sent again.
 */
export function createKeyedProducer(kafka: Kafka, log: Logger, signal?: AbortSignal): KeyedProducer {
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer: Producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false });
  const admin = kafka.admin();
  const partitionOf = createPartitioner();
  const partitionCounts = new Map<string, number>();

  const partitionCount = async (topic: string): Promise<number> => {
    const known = partitionCounts.get(topic);
    if (known !== undefined) return known;
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const count = topics[0]?.partitions.length ?? 0;
    partitionCounts.set(topic, count);
    return count;
  };

  const sendChunk = async (topic: string, chunk: readonly KeyedMessage[]): Promise<void> => {
    const count = await partitionCount(topic);
    const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({ partitionId, leader: 0 })) as never;
    const placed = chunk.map((message) => ({
      ...message,
      partition: partitionOf({ topic, partitionMetadata, message }),
    }));
    const written = await producer.send({ topic, acks: -1, messages: placed });
    const covered = new Set(written.map(({ partition }) => partition));
    if (placed.some(({ partition }) => !covered.has(partition))) {
      throw Object.assign(new Error("a partition was left out"), { code: "PARTITION_LEFT_OUT" });
    }
  };

  return {
    connect: () => connectPatiently([producer, admin], log, signal),
    async send(topic, messages) {
      for (const chunk of chunks(messages)) {
        await retryForever(() => sendChunk(topic, chunk), {
          ...(signal ? { signal } : {}),
          isFatal: (error) => fatalCodes.has(errorCode(error)),
          onWait: (_, code) => log.warn({ code, topic }, `waiting to write to ${topic}`),
        });
      }
    },
    disconnect: async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
}

const fatalCodes = new Set(["MESSAGE_TOO_LARGE", "TOPIC_AUTHORIZATION_FAILED", "INVALID_TOPIC_EXCEPTION"]);

function* chunks(messages: readonly KeyedMessage[]): Generator<KeyedMessage[]> {
  let chunk: KeyedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (chunk.length > 0 && (chunk.length >= messagesPerSend || bytes + message.value.length > bytesPerSend)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += message.value.length;
  }
  if (chunk.length > 0) yield chunk;
}
