import { randomUUID } from "node:crypto";
import { topicSpecs } from "@antedate/schemas";
import type { Admin, Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { defaultPartition, type KeyPlacement } from "./key-placement.ts";

interface Sample {
  placement: KeyPlacement;
  partition: number;
  partitions: number;
  /** The first offset looked at, and the one after the last. */
  from: bigint;
  to: bigint;
}

/** What was not read by then (a partition without a leader, say) is left out of the sample. */
const patienceMs = 15_000;
const inputs = topicSpecs().filter(({ name }) => name !== "classified" && name !== "rejects");

/**
 * Looks at the newest records of each partition of the inputs, at most `sampleSize` of each, and counts keys that Kafka's
 * default partitioner would have put elsewhere. Reads through a group of its own, which it deletes; commits nothing.
 */
export async function readMisplacedKeys(kafka: Kafka, prefix: string, sampleSize: number): Promise<KeyPlacement[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const samples = await planSamples(admin, prefix, sampleSize);
    const waiting = samples.filter(({ from, to }) => from < to);
    if (waiting.length > 0) await readSamples(kafka, admin, waiting);
    return [...new Set(samples.map(({ placement }) => placement))];
  } finally {
    await admin.disconnect();
  }
}

async function planSamples(admin: Admin, prefix: string, sampleSize: number): Promise<Sample[]> {
  const existing = new Set(await admin.listTopics());
  const topics = inputs.map(({ name }) => prefix + name).filter((topic) => existing.has(topic));
  const samples: Sample[] = [];
  for (const topic of topics) {
    const placement: KeyPlacement = { topic, sampled: 0, misplaced: 0 };
    const offsets = await admin.fetchTopicOffsets(topic);
    for (const { partition, low, high } of offsets) {
      const newest = BigInt(high) - BigInt(sampleSize);
      const from = newest > BigInt(low) ? newest : BigInt(low);
      samples.push({ placement, partition, partitions: offsets.length, from, to: BigInt(high) });
    }
  }
  return samples;
}

async function readSamples(kafka: Kafka, admin: Admin, samples: readonly Sample[]): Promise<void> {
  const groupId = `antedate-doctor-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  try {
    await consumer.subscribe({
      topics: [...new Set(samples.map(({ placement }) => placement.topic))],
      fromBeginning: true,
    });
    await runThrough(consumer, samples);
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]);
  }
}

function runThrough(consumer: Consumer, samples: readonly Sample[]): Promise<void> {
  const waiting = new Map(samples.map((sample) => [`${sample.partition}/${sample.placement.topic}`, sample]));
  const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${partition}/${topic}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, patienceMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    const eachBatch = async ({ batch }: EachBatchPayload) => {
      const sample = waiting.get(keyOf(batch));
      if (sample === undefined) return;
      const done = takeBatch(sample, batch);
      if (done) waiting.delete(keyOf(batch));
      if (waiting.size === 0) settle(resolve);
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      settle(() => {
        reject(payload.error);
      });
    });
    // Positions are known once the group has been joined, and seeks asked for then hold before the first fetch.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const { placement, partition, from } of waiting.values()) {
        consumer.seek({ topic: placement.topic, partition, offset: String(from) });
      }
    });
    consumer.run({ autoCommit: false, eachBatchAutoResolve: true, eachBatch }).catch(reject);
  });
}

/** Counts the batch's records; true once the sample's end is reached, which control records may hold too. */
function takeBatch(sample: Sample, batch: EachBatchPayload["batch"]): boolean {
  for (const { key, offset } of batch.messages) {
    if (BigInt(offset) < sample.from || BigInt(offset) >= sample.to || key === null) continue;
    const { placement, partition } = sample;
    placement.sampled += 1;
    const belongsIn = defaultPartition(key, sample.partitions);
    if (belongsIn === partition) continue;
    placement.misplaced += 1;
    placement.example ??= { partition, offset, belongsIn };
  }
  return BigInt(batch.lastOffset()) + 1n >= sample.to;
}
