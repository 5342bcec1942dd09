import { createSettingsLookup, defaultSettings, freshStart, OffsetSet, Recovery, Task } from "@antedate/join";
import {
  decodeCommitBody,
  encodeCommitBody,
  EventView,
  ViewReader,
  WriterSchemas,
  zeroCounters,
  type Counters,
  type Input,
} from "@antedate/schemas";

// All that the benchmarks know of the join's inside is in this file.

/** A record as it comes from Kafka: key and value one after the other in the bytes of its batch. */
export interface CoreRecord {
  input: Input;
  offset: number;
  appendTime: number;
  bytes: Buffer;
  keyLength: number;
}

/** The join without Kafka: encoded records in, COMMITs out. */
export interface JoinCore {
  take(record: CoreRecord): void;
  /** The COMMITs for all that was taken since the last call, for a log in which they follow a FENCE at offset 0. */
  commit(): Buffer[];
  counters(): Counters;
  messageCount(): number;
  parkedCount(): number;
  /** Bytes of the state, as it counts them itself. */
  stateBytes(): number;
  /** Another core in this one's state after its last commit: call `take` with what it needs, then `finish`. */
  restore(): Restoring;
}

export interface Restoring {
  take(record: CoreRecord): void;
  finish(): JoinCore;
}

const lookup = createSettingsLookup(defaultSettings);
const start = { sends: 0, deliveries: 0, engagements: 0 };

export function createJoinCore(from = freshStart()): JoinCore {
  const task = new Task(lookup, from);
  const take = giver(task);
  let last: Uint8Array | null = null;
  let counters = zeroCounters();
  let prev = 0;
  return {
    take,
    commit: () =>
      task.takePieces().map(({ body, books }) => {
        last = body;
        counters = books.counters;
        return encodeCommitBody(prev++, body, true);
      }),
    counters: () => counters,
    messageCount: () => task.messageCount,
    parkedCount: () => task.parkedCount,
    stateBytes: () => task.stateBytes,
    restore: () => restoring(last),
  };
}

/** Recovery as the join does it: a replay of the inputs. For messages that are all open: nothing was disposed of. */
function restoring(last: Uint8Array | null): Restoring {
  const none = OffsetSet.of([]);
  const summary = {
    from: start,
    last: last && decodeCommitBody(last),
    disposed: none,
    rejected: { sends: none, deliveries: none, engagements: none },
    windows: [{ from: start, windowMs: lookup.windowMs }],
    written: [],
    pastMs: null,
  };
  const recovery = new Recovery(lookup, summary, freshStart());
  return { take: giver(recovery), finish: () => createJoinCore(recovery.finish()) };
}

function giver(to: Pick<Task, "apply">): (record: CoreRecord) => void {
  const reader = new ViewReader(new WriterSchemas());
  const view = new EventView();
  return ({ input, offset, appendTime, bytes, keyLength }) => {
    const verdict = reader.read(input, bytes, 0, keyLength, keyLength, bytes.length - keyLength, appendTime, view);
    if (verdict !== null) throw new Error(`the benchmark's own record was not readable: ${JSON.stringify(verdict)}`);
    to.apply(input, view, offset, appendTime);
  };
}
