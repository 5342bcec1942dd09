import {
  createHead,
  createSettingsLookup,
  StateFolders,
  defaultSettings,
  Descriptors,
  freshStart,
  RecordReader,
  startFrom,
  takeRecords,
  Task,
  type TaskInputs,
} from "@antedate/join";
import { createLogger, type RecordCursor } from "@antedate/runtime";
import { completeCommit, ViewReader, WriterSchemas, zeroCounters, type Counters, type Input } from "@antedate/schemas";

// All that the benchmarks know of the join's inside is in this file.

/** What the join looks at of a record, in the bytes of its batch. */
export type RecordPlace = Pick<
  RecordCursor,
  "offset" | "appendTime" | "bytes" | "keyStart" | "keyLength" | "valueStart" | "valueLength"
>;

export interface CoreRecord extends RecordPlace {
  input: Input;
}

/** The join without Kafka: encoded records in, COMMITs out. */
export interface JoinCore {
  take(input: Input, record: RecordPlace): void;
  /** Takes records as the join's process does: the oldest first, so many at the most. Gives how many, 0 where none is left. */
  takeQueued(queued: TaskInputs, countMax: number): number;
  /**
   * The COMMITs for all that was taken since the last call, for a log in which they follow a FENCE at offset 0. Good until
   * the next call.
   */
  commit(): Buffer[];
  counters(): Counters;
  messageCount(): number;
  parkedCount(): number;
  /** Bytes of the state, as it counts them itself. */
  stateBytes(): number;
  /** Takes a snapshot of its state after its last commit, into a folder. Gives the longest stop of the join meanwhile, ms. */
  keep(folder: string): Promise<number>;
}

const lookup = createSettingsLookup(defaultSettings);

export function createJoinCore(from = freshStart()): JoinCore {
  const task = new Task(lookup, from);
  const take = giver(task);
  const reader = new RecordReader({
    partition: 0,
    topics: { sends: "sends", deliveries: "deliveries", engagements: "engagements" },
    schemas: new WriterSchemas(),
    keys: null,
    now: () => 0,
  });
  let counters = zeroCounters();
  let prev = 0;
  return {
    take,
    takeQueued: (queued, countMax) => takeRecords(queued, reader, task, countMax),
    commit: () =>
      task.takePieces().map(({ room, bodyBytes, books }) => {
        counters = books.counters;
        return completeCommit(room, bodyBytes, prev++, true);
      }),
    counters: () => counters,
    messageCount: () => task.messageCount,
    parkedCount: () => task.parkedCount,
    stateBytes: () => task.stateBytes,
    keep: (folder) => keep(task, folder),
  };
}

/** The core that a new process starts from the folder with. */
export async function restoreJoinCore(folder: string): Promise<JoinCore> {
  for await (const { head, generations, nextPart } of storeIn(folder).stored(identity)) {
    const start = await startFrom(head.task, generations, nextPart);
    if (start !== null) return createJoinCore(start);
  }
  throw new Error(`there is no snapshot in ${folder}`);
}

async function keep(task: Task, folder: string): Promise<number> {
  let longestMs = 0;
  const timed = <T>(call: () => T): T => {
    const began = performance.now();
    const result = call();
    longestMs = Math.max(longestMs, performance.now() - began);
    return result;
  };
  const snapshot = timed(() => task.beginSnapshot());
  const place = { logId: "log", logOffset: 1, recordCrc: 0, rowsSinceCut: 0 };
  const head = createHead(identity, place, [], snapshot.head);
  await storeIn(folder).keepSnapshot(head, () => timed(snapshot.nextPart), identity);
  snapshot.end();
  return longestMs;
}

const identity = { topic: "log", partition: 0, clusterId: "", partitionCount: 1, config: "{}", configDigest: "" };

function storeIn(local: string): StateFolders {
  const log = createLogger({ service: "bench", level: "silent" });
  return new StateFolders({ local, shared: null, descriptors: new Descriptors(), log, now: Date.now });
}

function giver(to: Pick<Task, "nextView" | "apply">): JoinCore["take"] {
  const reader = new ViewReader(new WriterSchemas());
  return (input, { offset, appendTime, bytes, keyStart, keyLength, valueStart, valueLength }) => {
    const view = to.nextView();
    const verdict = reader.read(input, bytes, keyStart, keyLength, valueStart, valueLength, appendTime, view);
    if (verdict !== null) throw new Error(`the benchmark's own record was not readable: ${JSON.stringify(verdict)}`);
    to.apply(input, view, offset, appendTime);
  };
}
