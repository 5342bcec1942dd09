import { Partitioners, type PartitionMetadata } from "kafkajs";
import type { Finding } from "./finding.ts";

/** How the keys of one input's newest records sit against the partitioner that all producers must share. */
export interface KeyPlacement {
  topic: string;
  /** Records with a key that were looked at. */
  sampled: number;
  misplaced: number;
  /** One of the misplaced records, and where its key belongs. */
  example?: { partition: number; offset: string; belongsIn: number };
}

/** Tells what the sample means; keys that sit elsewhere join nothing, as each task sees its own partitions only. */
export function checkKeyPlacement(placements: readonly KeyPlacement[]): Finding[] {
  return placements.map(({ topic, sampled, misplaced, example }): Finding => {
    if (misplaced === 0) {
      const sentence =
        sampled === 0 ? `${topic} has no keys to sample.` : `${topic}: ${sampled} sampled keys sit where they belong.`;
      return { severity: "ok", sentence };
    }
    const where =
      example === undefined
        ? ""
        : ` (for one, offset ${example.offset} of partition ${example.partition} belongs in ${example.belongsIn})`;
    return {
      severity: "warning",
      sentence: `${topic}: ${misplaced} of ${sampled} sampled keys sit in another partition than Kafka's default partitioner gives${where}, so they may join nothing: have its producers use murmur2, or set PARTITIONER=any where all producers agree on another.`,
      remedy: "partitioner=murmur2_random   # in the configuration of a librdkafka producer",
    };
  });
}

const partitionOf = Partitioners.DefaultPartitioner();

/** Kafka's default partition of a key, as the Java client and kafkajs compute it. */
export function defaultPartition(key: Buffer, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId): PartitionMetadata => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return partitionOf({ topic: "", partitionMetadata, message: { key, value: null } });
}
