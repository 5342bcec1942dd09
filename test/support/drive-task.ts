import {
  bodyOf,
  createSettingsLookup,
  freshStart,
  MessageTable,
  Recovery,
  settingsDigest,
  startFrom,
  Task,
  type JoinSettings,
  type LogSummary,
  type TaskHead,
  type TaskSnapshot,
  type TaskStart,
} from "@antedate/join";
import {
  decodeCommitBody,
  encodeCommitBody,
  encodeFence,
  EventView,
  inputs,
  joinLogMessageBytesMax,
  LogReader,
  type Commit,
  type Fence,
  type Input,
  type InputEvent,
  type InputOffsets,
} from "@antedate/schemas";
import { LogScan } from "../../services/join/src/log-summary.ts";
import { placeOf } from "../../services/join/src/snapshot-head.ts";
import { fillView } from "./event-view.ts";
import type { OracleRecord } from "./oracle.ts";

const start: InputOffsets = { sends: 0, deliveries: 0, engagements: 0 };

/** A record of an input partition, as an event or as one that is none. */
export type TaskRecord = { offset: number; appendTime: number } & (InputEvent | { input: Input; rejected: true });

/** A piece with its rows as objects, and as the bytes that were made. */
export type Piece = Omit<Commit, "prev" | "cut"> & { body: Uint8Array };

/** A snapshot that is made while its task goes on. */
export interface MemorySnapshot {
  /** The last valid record of the log at its instant. */
  lastValid: number;
  head: TaskHead;
  generations: TaskSnapshot["generations"];
  parts: Uint8Array[];
}

const view = new EventView();
/** Slabs so small that tests drop many of them. */
const slabBits = 2;

/** A task that takes records and gives rows as objects, for tests to look at. */
export class DrivenTask {
  readonly #task: Task;

  constructor(task: Task) {
    this.#task = task;
  }

  get draft(): Task["draft"] {
    return this.#task.draft;
  }

  get nextOffsets(): Readonly<InputOffsets> {
    return this.#task.nextOffsets;
  }

  get messageCount(): number {
    return this.#task.messageCount;
  }

  get sealedCount(): number {
    return this.#task.sealedCount;
  }

  get parkedCount(): number {
    return this.#task.parkedCount;
  }

  get taskTime(): number {
    return this.#task.taskTime;
  }

  get isWaiting(): boolean {
    return this.#task.isWaiting;
  }

  apply(record: TaskRecord): void {
    applyTo(this.#task, record);
  }

  beginSnapshot(): TaskSnapshot {
    return this.#task.beginSnapshot();
  }

  reachEnd(input: Input, time: number): void {
    this.#task.reachEnd(input, time);
  }

  closeAll(): void {
    this.#task.closeAll();
  }

  /** Seals all that can be before, however young: nothing else is as hard on a message that comes back. */
  takePieces(): Piece[] {
    while (this.#task.seal(0) !== null);
    return this.#task.takePieces().map((piece) => decodePiece(bodyOf(piece).slice()));
  }
}

/** Gives a record to a task or to its recovery. */
export function applyTo(to: Pick<Task, "apply" | "reject">, record: TaskRecord): void {
  if ("rejected" in record) to.reject(record.input, record.offset, record.appendTime);
  else to.apply(record.input, fillView(view, record), record.offset, record.appendTime);
}

function decodePiece(body: Uint8Array): Piece {
  return { ...decodeCommitBody(body), body };
}

/** A task that has read nothing. */
export function freshTask(settings: JoinSettings): DrivenTask {
  return new DrivenTask(new Task(createSettingsLookup(settings), freshStart(new MessageTable(slabBits))));
}

/** A join log in memory, through the real codec. */
export class MemoryLog {
  readonly values: Buffer[] = [];
  #lastValid = -1;

  get lastValid(): number {
    return this.#lastValid;
  }

  /** When each record was appended, where that is of interest: then a recovery starts from a FENCE in the midst, if it can. */
  readonly appendTimes: number[] = [];
  recoveriesFromFences = 0;

  /**
   * A new writer begins, with the given settings where they are of interest; or one goes on, where it is said what was read
   * and until when in append time.
   */
  fence(
    settings?: JoinSettings,
    read?: { nextOffsets: Readonly<InputOffsets>; taskTime: number; until: number },
  ): void {
    const { config, digest } = settings ? settingsDigest(settings) : { config: "{}", digest: "" };
    const fence: Fence = {
      prev: this.#lastValid,
      nonce: String(this.values.length),
      log_id: "log",
      cluster_id: "cluster",
      partition_count: 1,
      config_digest: digest,
      config,
      next_offsets: { ...(read?.nextOffsets ?? start) },
      task_time: read?.taskTime ?? 0,
    };
    this.#lastValid = this.values.push(encodeFence(fence)) - 1;
    if (read) this.appendTimes[this.#lastValid] = read.until;
  }

  /** Throws for a record that the topic would not take. */
  commit(piece: Piece): void {
    const value = encodeCommitBody(this.#lastValid, piece.body, false);
    if (value.length > joinLogMessageBytesMax) throw new Error(`a COMMIT of ${value.length} bytes`);
    this.#lastValid = this.values.push(value) - 1;
  }

  /** A COMMIT of a writer that does not know it was fenced off: it names a record that is not the last valid one. */
  stray(piece: Piece, prev: number): void {
    this.values.push(encodeCommitBody(prev, piece.body, true));
  }

  /** All valid pieces in order. */
  pieces(): Piece[] {
    const reader = new LogReader();
    return this.values.flatMap((value, offset) => {
      const record = reader.take(offset, value);
      return record && "commit" in record ? [{ ...record.commit, body: new Uint8Array(0) }] : [];
    });
  }

  /**
   * The task that a new process would go on with: what the log says, from its beginning or from a snapshot on, and a replay
   * in append-time order.
   */
  async recover(
    settings: JoinSettings,
    records: (OracleRecord | TaskRecord)[],
    snapshot?: MemorySnapshot,
  ): Promise<DrivenTask> {
    this.fence(settings);
    const scan = new LogScan(
      snapshot && placeOf({ logId: "log", logOffset: snapshot.lastValid, rowsSinceCut: 0, task: snapshot.head }),
    );
    for (const [offset, value] of this.values.entries()) {
      if (offset > (snapshot?.lastValid ?? -1)) scan.take(offset, value, this.appendTimes[offset] ?? Number.NaN);
    }
    const lookup = createSettingsLookup(settings);
    const summary = (scan.recentSummary() ?? scan.summary()) as LogSummary;
    if (summary.pastMs !== null) this.recoveriesFromFences++;
    const table = new MessageTable(slabBits);
    const parts = snapshot?.parts.values();
    const nextPart = async (): Promise<Uint8Array> => parts?.next().value as Uint8Array;
    const start = snapshot ? await startFrom(snapshot.head, snapshot.generations, nextPart, table) : freshStart(table);
    const recovery = new Recovery(lookup, summary, start as TaskStart);
    for (const record of records.toSorted((a, b) => a.appendTime - b.appendTime)) {
      const { input, offset } = record;
      if (offset >= summary.from[input] && offset < recovery.to[input]) applyTo(recovery, record);
    }
    return new DrivenTask(new Task(lookup, recovery.finish()));
  }
}

/** Ends all inputs at a time by which every window has passed. */
export function endInputs(task: DrivenTask, time: number): void {
  for (const input of inputs) task.reachEnd(input, time);
}

/** engagements_read − (decided + duplicate + rejected + parked): 0 in every piece. */
export function imbalance({ counters, parked_count: parked }: Pick<Piece, "counters" | "parked_count">): number {
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
