import {
  createMapStore,
  createSettingsLookup,
  defaultSettings,
  OffsetSet,
  Recovery,
  Task,
  zeroCounters,
  type Piece,
  type TaskRecord,
  type TaskStart,
} from "@antedate/join";
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

/** The join without Kafka: encoded records in, COMMITs out. */
export interface JoinCore {
  take(record: CoreRecord): void;
  /** The COMMITs for all that was taken since the last call, for a log in which they follow a FENCE at offset 0. */
  commit(): Buffer[];
  counters(): Counters;
  messageCount(): number;
  parkedCount(): number;
  /** Another core in this one's state after its last commit: call `take` with what it needs, then `finish`. */
  restore(): Restoring;
}

export interface Restoring {
  take(record: CoreRecord): void;
  finish(): JoinCore;
}

const schemas = new WriterSchemas();
const lookup = createSettingsLookup(defaultSettings);
const start = { sends: 0, deliveries: 0, engagements: 0 };

export function createJoinCore(
  from: TaskStart = {
    store: createMapStore(),
    nextOffsets: start,
    taskTime: 0,
    counters: zeroCounters(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  },
): JoinCore {
  const task = new Task(lookup, from);
  let last: Piece | null = null;
  let prev = 0;
  return {
    take: (record) => task.apply(decode(record)),
    commit: () =>
      task.takePieces().map((piece) => {
        last = { ...piece, engagements: [], messages: [], messages_began_at: [], parked: [], disposed: [] };
        return encodeCommit({ ...piece, prev: prev++, cut: true });
      }),
    counters: () => last?.counters ?? zeroCounters(),
    messageCount: () => task.messageCount,
    parkedCount: () => task.parkedCount,
    restore: () => restoring(last),
  };
}

/** Recovery as the join does it: a replay of the inputs. For messages that are all open: nothing was disposed of. */
function restoring(last: Piece | null): Restoring {
  const none = OffsetSet.of([]);
  const recovery = new Recovery(
    lookup,
    {
      from: start,
      last,
      disposed: none,
      rejected: { sends: none, deliveries: none, engagements: none },
      windows: [{ from: start, windowMs: lookup.windowMs }],
      written: new Map(),
    },
    createMapStore(),
  );
  return {
    take: (record) => recovery.apply(decode(record)),
    finish: () => createJoinCore(recovery.finish()),
  };
}

function decode({ input, offset, appendTime, key, value }: CoreRecord): TaskRecord {
  const read = readRecord(input, { key, value, appendTime }, schemas);
  if (!("event" in read)) throw new Error(`the benchmark's own record was not readable: ${JSON.stringify(read)}`);
  return { ...read, offset, appendTime };
}
