import { createMapStore, createSettingsLookup, defaultSettings, Task, zeroCounters } from "@antedate/join";
import { encodeCommit, readRecord, WriterSchemas, type Counters, type Input } from "@antedate/schemas";

// All that the benchmarks know of the join's inside is in this file.

/** A record as it comes from Kafka. */
export interface CoreRecord {
  input: Input;
  offset: number;
  appendTime: number;
  key: Buffer;
  value: Buffer;
}

/** The join without Kafka: encoded records in, the bytes of COMMITs out. */
export interface JoinCore {
  take(record: CoreRecord): void;
  /** Bytes of the COMMITs for all that was taken since the last one. */
  commit(): number;
  counters(): Counters;
  messageCount(): number;
  parkedCount(): number;
}

export function createJoinCore(): JoinCore {
  const schemas = new WriterSchemas();
  const store = createMapStore();
  const start = { sends: 0, deliveries: 0, engagements: 0 };
  const task = new Task(createSettingsLookup(defaultSettings), {
    store,
    nextOffsets: start,
    taskTime: 0,
    counters: zeroCounters(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  });
  let counters = zeroCounters();
  let prev = 0;
  return {
    take({ input, offset, appendTime, key, value }) {
      const read = readRecord(input, { key, value, appendTime }, schemas);
      if (!("event" in read)) throw new Error(`the benchmark's own record was not readable: ${JSON.stringify(read)}`);
      task.apply({ ...read, offset, appendTime });
    },
    commit() {
      let bytes = 0;
      for (const piece of task.takePieces()) {
        bytes += encodeCommit({ ...piece, prev: prev++, cut: false }).length;
        ({ counters } = piece);
      }
      return bytes;
    },
    counters: () => counters,
    messageCount: () => task.messageCount,
    parkedCount: () => task.parkedCount,
  };
}
