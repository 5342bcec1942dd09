import { createLogger, createPartitionReader, type PartitionReader } from "@antedate/runtime";
import { inputs, LogReader, readRecord, WriterSchemas, type Counters } from "@antedate/schemas";
import type { OracleRecord } from "./oracle.ts";

const log = createLogger({ service: "test", level: "silent" });

/** What the topics hold now, read as a test needs it. */
export interface TopicReader {
  /** The valid records of the three inputs' partition, with the append times that the brokers gave; inputs one after the other. */
  records(partition: number): Promise<OracleRecord[]>;
  /** How many records an input's partition has. */
  count(topic: string, partition: number): Promise<number>;
  /** Counters of the last valid COMMIT of a task, null without one. */
  counters(partition: number): Promise<Counters | null>;
  close(): Promise<void>;
}

export function createTopicReader(brokers: string): TopicReader {
  const reader = createPartitionReader({ brokers: brokers.split(","), clientId: "test-read", log });
  return {
    async records(partition) {
      const schemas = new WriterSchemas();
      const records: OracleRecord[] = [];
      for (const input of inputs) {
        for await (const record of recordsOf(reader, `email.${input}`, partition)) {
          const read = readRecord(input, record, schemas);
          const { offset, appendTime } = record;
          if ("event" in read) records.push({ ...read, offset, appendTime });
        }
      }
      return records;
    },
    count: async (topic, partition) => (await reader.ends(topic, partition)).high,
    async counters(partition) {
      const valid = new LogReader();
      let counters: Counters | null = null;
      for await (const { offset, value } of recordsOf(reader, "email.classified", partition)) {
        const record = valid.take(offset, value);
        if (record && "commit" in record) counters = record.commit.counters;
      }
      return counters;
    },
    close: () => reader.close(),
  };
}

/** A partition from its beginning to where it ends now. */
async function* recordsOf(reader: PartitionReader, topic: string, partition: number) {
  const { high } = await reader.ends(topic, partition);
  for (let offset = 0; offset < high;) {
    const { records, nextOffset } = await reader.read(topic, partition, offset);
    yield* records;
    offset = nextOffset;
  }
}
