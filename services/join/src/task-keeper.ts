import { setImmediate as yieldToIo } from "node:timers/promises";
import { crc32c, errorCode, FatalError, type Logger } from "@antedate/runtime";
import { DamagedFile } from "./checked-file.ts";
import { freshStart, MessageTable, startFrom, type SealedSlab, type Task, type TaskStart } from "./domain/index.ts";
import type { LogWriter } from "./log-writer.ts";
import type { LogPlace } from "./log-summary.ts";
import { createHead, placeOf, type SnapshotPlace } from "./snapshot-head.ts";
import type { SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import type { Identity } from "./take-over.ts";
import type { JoinLog } from "./task-ports.ts";

export interface TaskKeeperOptions {
  identity: Identity;
  store: SnapshotStore;
  /** Messages that all began longer ago leave memory, ms. */
  hotMs: number;
  /** From the end of one snapshot to the beginning of the next, ms, at the least. */
  snapshotIntervalMs: number;
  /** As of `MessageTable`, whose default it has where none is given. */
  slabBits?: number;
  log: Logger;
  /** Host clock, ms: paces snapshots, decides nothing. */
  now(): number;
}

/** Snapshots take this share of the time at the most. */
const snapshotShare = 0.1;

/**
 * Keeps a task's state on disk while the task goes on: seals what is cold, takes snapshots, finds the one to start from.
 * Whatever fails here is tried again later; the task lives without it.
 */
export class TaskKeeper {
  readonly #options: TaskKeeperOptions;
  /** Names of the generations that are stored. */
  readonly #names = new WeakMap<SealedSlab, string>();
  /** Images that could not be stored yet. */
  readonly #images = new Map<SealedSlab, Uint8Array>();
  #busy = false;
  #nextAt: number;
  #isStopped = false;
  #needsFence = false;
  #snapshotAt: number | null = null;

  constructor(options: TaskKeeperOptions) {
    this.#options = options;
    this.#nextAt = options.now() + options.snapshotIntervalMs;
  }

  /** An empty start. */
  fresh(): TaskStart {
    return freshStart(this.#createTable());
  }

  /** The newest stored state that belongs to the log and whose parts are whole; null where there is none. */
  async load(log: JoinLog): Promise<{ start: TaskStart; place: LogPlace } | null> {
    for await (const stored of this.#options.store.stored(this.#options.identity)) {
      const { head } = stored;
      try {
        const start =
          (await isInLog(stored, log)) &&
          (await startFrom(head.task, oneByOne(stored.generations), stored.nextPart, this.#createTable()));
        if (start) {
          for (const [index, generation] of stored.generations.entries()) {
            this.#names.set(generation, head.generations[index] as string);
          }
          return { start, place: placeOf(head) };
        }
        this.#options.log.warn({ logOffset: head.logOffset }, "snapshot that is not of this log passed over");
      } catch (error) {
        if (!(error instanceof DamagedFile)) throw error;
        this.#options.log.warn({ logOffset: head.logOffset }, "damaged snapshot passed over");
      }
    }
    return null;
  }

  /** Before a commit: at most one slab leaves memory. */
  seal(task: Task): void {
    const sealing = task.seal(this.#options.hotMs);
    if (sealing === null) return;
    this.#images.set(sealing.generation, sealing.image);
    if (!this.#busy) this.#run(() => this.#storeImages());
  }

  /**
   * After a commit that was acknowledged where it was expected, with nothing taken since: begins a snapshot where one is
   * due.
   */
  committed(task: Task, writer: Pick<LogWriter, "place">): void {
    if (this.#busy || this.#isStopped || this.#options.now() < this.#nextAt) return;
    // An end that was learnt while the commit was on its way may have decided more.
    if (task.draft.hasContent) return;
    this.#run(async () => {
      const beganAt = this.#options.now();
      if (this.#images.size > 0) await this.#storeImages();
      else await this.#takeSnapshot(task, writer.place as SnapshotPlace);
      if (this.#images.size > 0) return;
      const tookMs = this.#options.now() - beganAt;
      this.#nextAt = this.#options.now() + Math.max(this.#options.snapshotIntervalMs, tookMs / snapshotShare);
    });
  }

  /** Since the last snapshot was whole, ms; null before the first. */
  get snapshotAgeMs(): number | null {
    return this.#snapshotAt === null ? null : this.#options.now() - this.#snapshotAt;
  }

  /** True once after each snapshot: the log needs a FENCE then, so that its readers find one inside any retention. */
  takeFence(): boolean {
    const needs = this.#needsFence;
    this.#needsFence = false;
    return needs;
  }

  /**
   * The task ended by this error. A file whose damage was met in the middle of a step would be met there again: it is deleted, and
   * the next start is from what does not name it.
   */
  async failed(error: unknown): Promise<void> {
    if (!(error instanceof DamagedFile)) return;
    this.#options.log.warn({ file: error.path }, "damaged file of the state deleted");
    await this.#options.store.discard(error.path).catch((failure: unknown) => {
      this.#options.log.warn({ code: errorCode(failure) }, "damaged file of the state not deleted");
    });
  }

  /** What is being written is given up. */
  stop(): void {
    this.#isStopped = true;
  }

  #createTable(): MessageTable {
    return new MessageTable(this.#options.slabBits);
  }

  #run(work: () => Promise<void>): void {
    this.#busy = true;
    work()
      .catch((error: unknown) => {
        this.#nextAt = this.#options.now() + this.#options.snapshotIntervalMs;
        if (this.#isStopped) return;
        const code = error instanceof FatalError ? error.message : errorCode(error);
        this.#options.log.warn({ code }, "state not stored, tried again later");
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  async #storeImages(): Promise<void> {
    for (const [generation, image] of this.#images) {
      if (this.#isStopped) return;
      this.#names.set(generation, await this.#options.store.keepGeneration(generation, image));
      this.#images.delete(generation);
    }
  }

  async #takeSnapshot(task: Task, place: SnapshotPlace): Promise<void> {
    const { identity, store } = this.#options;
    const snapshot = task.beginSnapshot();
    try {
      const names = snapshot.generations.map((generation) => this.#names.get(generation) as string);
      const nextPart = (): Uint8Array | null => {
        if (this.#isStopped) throw new Error("the task has ended");
        return snapshot.nextPart();
      };
      await store.keepSnapshot(createHead(identity, place, names, snapshot.head), nextPart, identity);
      this.#needsFence = true;
      this.#snapshotAt = this.#options.now();
    } finally {
      snapshot.end();
    }
  }
}

/** Taking one in takes milliseconds, and there may be thousands. */
async function* oneByOne(generations: readonly SealedSlab[]): AsyncGenerator<SealedSlab> {
  for (const generation of generations) {
    await yieldToIo();
    yield generation;
  }
}

/** Whether the log has the record that the snapshot was made after: a log that was made anew has another there, or none. */
async function isInLog({ head }: StoredSnapshot, log: JoinLog): Promise<boolean> {
  const { low, high } = await log.ends();
  if (head.logOffset < low || head.logOffset >= high) return false;
  const { records, nextOffset } = await log.read(head.logOffset);
  // A broker may answer without records, for its quota or as its leader is new: that says nothing of the log.
  if (nextOffset === head.logOffset) throw Object.assign(new Error("the log gave nothing"), { code: "NOTHING_READ" });
  const record = records.find(({ offset }) => offset === head.logOffset);
  return record?.value != null && crc32c(record.value) === head.recordCrc;
}
