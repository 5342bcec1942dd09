import type { PartitionReader } from "@antedate/runtime";
import type { ConsumerConfig, Kafka } from "kafkajs";
import { FakeConsumer } from "./fake-consumer.ts";
import type { Faults } from "./faults.ts";
import type { SimKafka } from "./sim-kafka.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";
import type { Wire } from "./wire.ts";

export interface SimWorld {
  time: VirtualTime;
  faults: Faults;
  wire: Wire;
  kafka: SimKafka;
}

interface Message {
  partition: number;
  key: string | Buffer | null;
  value: Buffer | null;
}

/** What the services use of kafkajs, for one process. */
export function fakeKafka(world: SimWorld, process: SimProcess): Kafka {
  const { wire, kafka } = world;
  const connect = (): Promise<void> => wire.request(kafka, "read", "connects", () => {});
  const disconnect = (): Promise<void> => Promise.resolve();
  const cluster = {
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: kafka.partitionCount(topic) }),
  };
  const client = {
    consumer: ({ groupId, partitionAssigners: [assigner] = [] }: ConsumerConfig) =>
      new FakeConsumer({ ...world, process, group: kafka.group(groupId), assigner: assigner?.({ cluster } as never) }),
    producer: () => ({
      connect,
      disconnect,
      send: (batch: { topic: string; messages: Message[] }) => send(world, batch),
    }),
    admin: () => ({
      connect,
      disconnect,
      fetchTopicMetadata: ({ topics }: { topics: string[] }) =>
        wire.request(kafka, "read", "asks for partitions", () => ({
          topics: topics.map((name) => ({ name, partitions: Array.from({ length: kafka.partitionCount(name) }) })),
        })),
      fetchOffsets: ({ groupId, topics }: { groupId: string; topics: string[] }) =>
        wire.request(kafka, "read", "asks for the group's offsets", () =>
          topics.map((topic) => ({
            topic,
            partitions: Array.from({ length: kafka.partitionCount(topic) }, (_, partition) => ({
              partition,
              ...(kafka.group(groupId).offsets.get(`${topic}/${partition}`) ?? { offset: "-1", metadata: null }),
            })),
          })),
        ),
    }),
  };
  return client as unknown as Kafka;
}

async function send({ wire, kafka }: SimWorld, { topic, messages }: { topic: string; messages: Message[] }) {
  const append = () => {
    const first = new Map<number, { baseOffset: string; logAppendTime: string }>();
    for (const { partition, key, value } of messages) {
      const bytes = typeof key === "string" ? Buffer.from(key) : key;
      const { offset, appendTime } = kafka.append(topic, partition, bytes, value);
      if (!first.has(partition))
        first.set(partition, { baseOffset: String(offset), logAppendTime: String(appendTime) });
    }
    return [...first].map(([partition, where]) => ({ topicName: topic, partition, ...where }));
  };
  return await wire.request(kafka, "append", `appends to ${topic}/${messages[0]?.partition}`, append);
}

/** Partitions read without a group. */
export function fakePartitionReader({ wire, kafka, faults }: SimWorld): PartitionReader {
  const high = (topic: string, partition: number): number => kafka.partition(topic, partition).records.length;
  return {
    ends: (topic, partition) =>
      wire.request(kafka, "read", `asks for the end of ${topic}/${partition}`, () => ({
        low: 0,
        high: high(topic, partition),
      })),
    highs: (topic, partitionCount) =>
      wire.request(
        kafka,
        "read",
        `asks for the ends of ${topic}`,
        () => new Map(Array.from({ length: partitionCount }, (_, partition) => [partition, high(topic, partition)])),
      ),
    read: (topic, partition, offset) =>
      wire.request(kafka, "read", `reads ${topic}/${partition} from ${offset}`, () => {
        const { records } = kafka.partition(topic, partition);
        const slice = records.slice(offset, offset + 1 + Math.floor(faults.span(0, 60)));
        return { records: slice.filter((record) => record !== null), nextOffset: offset + slice.length };
      }),
    close: () => Promise.resolve(),
  };
}
