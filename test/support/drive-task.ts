import {
  createMapStore,
  createSettingsLookup,
  Recovery,
  settingsDigest,
  Task,
  type JoinSettings,
  type Piece,
  type TaskRecord,
} from "@antedate/join";
import {
  encodeCommit,
  encodeFence,
  inputs,
  joinLogMessageBytesMax,
  LogReader,
  zeroCounters,
  type Fence,
  type InputOffsets,
} from "@antedate/schemas";
import { LogScan } from "../../services/join/src/log-summary.ts";
import type { OracleRecord } from "./oracle.ts";

const start: InputOffsets = { sends: 0, deliveries: 0, engagements: 0 };

/** A task that has read nothing. */
export function freshTask(settings: JoinSettings): Task {
  return new Task(createSettingsLookup(settings), {
    store: createMapStore(),
    nextOffsets: start,
    taskTime: 0,
    counters: zeroCounters(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  });
}

/** A join log in memory, through the real codec. */
export class MemoryLog {
  readonly values: Buffer[] = [];
  #lastValid = -1;

  get lastValid(): number {
    return this.#lastValid;
  }

  /** A new writer begins, with the given settings where they are of interest. */
  fence(settings?: JoinSettings): void {
    const { config, digest } = settings ? settingsDigest(settings) : { config: "{}", digest: "" };
    const fence: Fence = {
      prev: this.#lastValid,
      nonce: String(this.values.length),
      log_id: "log",
      cluster_id: "cluster",
      partition_count: 1,
      config_digest: digest,
      config,
      next_offsets: start,
      task_time: 0,
    };
    this.#lastValid = this.values.push(encodeFence(fence)) - 1;
  }

  /** Throws for a record that the topic would not take. */
  commit(piece: Piece): void {
    const value = encodeCommit({ ...piece, prev: this.#lastValid, cut: false });
    if (value.length > joinLogMessageBytesMax) throw new Error(`a COMMIT of ${value.length} bytes`);
    this.#lastValid = this.values.push(value) - 1;
  }

  /** A COMMIT of a writer that does not know it was fenced off: it names a record that is not the last valid one. */
  stray(piece: Piece, prev: number): void {
    this.values.push(encodeCommit({ ...piece, prev, cut: true }));
  }

  /** All valid pieces in order. */
  pieces(): Piece[] {
    const reader = new LogReader();
    return this.values.flatMap((value, offset) => {
      const record = reader.take(offset, value);
      return record && "commit" in record ? [record.commit] : [];
    });
  }

  /** The task that a new process would go on with: what the log says, and a replay in append-time order. */
  recover(settings: JoinSettings, records: (OracleRecord | TaskRecord)[]): Task {
    this.fence(settings);
    const scan = new LogScan();
    for (const [offset, value] of this.values.entries()) scan.take(offset, value);
    const lookup = createSettingsLookup(settings);
    const recovery = new Recovery(lookup, scan.summary(), createMapStore());
    for (const record of records.toSorted((a, b) => a.appendTime - b.appendTime)) {
      if (record.offset < recovery.to[record.input]) recovery.apply(record);
    }
    return new Task(lookup, recovery.finish());
  }
}

/** Ends all inputs at a time by which every window has passed. */
export function endInputs(task: Task, time: number): void {
  for (const input of inputs) task.reachEnd(input, time);
}

/** engagements_read − (decided + duplicate + rejected + parked): 0 in every piece. */
export function imbalance({ counters, parked_count: parked }: Piece): number {
  const { engagements_read: read, engagements_decided: decided } = counters;
  return read - decided - counters.engagements_duplicate - counters.engagements_rejected - parked;
}

/** The offsets of all engagement among the records. */
export function engagementOffsets(records: readonly OracleRecord[]): number[] {
  return records.filter(({ input }) => input === "engagements").map(({ offset }) => offset);
}

/** The engagement offsets that the pieces say they disposed of, in their order. */
export function disposedOffsets(pieces: readonly Pick<Piece, "disposed">[]): number[] {
  return pieces.flatMap(({ disposed }) =>
    disposed.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index)),
  );
}
