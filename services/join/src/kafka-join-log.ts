import type { Producer } from "kafkajs";
import type { PartitionReader } from "@antedate/runtime";
import type { JoinLog } from "./task-ports.ts";

/**
 * A partition of the join log on Kafka. The producer must be plain: neither idempotent, as kafkajs's can swallow a
 * record and report success, nor retrying, as a repeat lands behind the first copy (design §5, The commit).
 */
export function kafkaJoinLog(producer: Producer, reader: PartitionReader, topic: string, partition: number): JoinLog {
  return {
    async append(value) {
      const [written] = await producer.send({
        topic,
        acks: -1,
        timeout: 10_000,
        messages: [{ partition, value, key: null }],
      });
      return { offset: Number(written?.baseOffset), appendTime: Number(written?.logAppendTime) };
    },
    ends: () => reader.ends(topic, partition),
    read: (offset) => reader.read(topic, partition, offset),
  };
}
