import type { JoinSettings, TaskHead, TaskSnapshot } from "@antedate/join";
import { expect } from "vitest";
import { interleaved } from "./append-times.ts";
import {
  disposedOffsets,
  endInputs,
  engagementOffsets,
  freshTask,
  imbalance,
  MemoryLog,
  type DrivenTask,
  type MemorySnapshot,
  type Piece,
  type TaskRecord,
} from "./drive-task.ts";
import { createRandom } from "./generate-traffic.ts";
import { denseSettings, inAppendOrder, lastAppendTime } from "./generators.ts";
import type { OracleRecord } from "./oracle.ts";

/** What happens to the processes of one task. */
export interface Life {
  records: OracleRecord[];
  seed: number;
  /** Chance of a crash before each append to the log. */
  crashShare?: number;
  crashesMax?: number;
  lagMs?: number;
  /** Records that cannot be decoded. */
  isRejected?: (record: OracleRecord) => boolean;
  /** Settings of each process in turn, the last one for all that follow. */
  settings?: JoinSettings[];
  /** Chance, after each commit, that a snapshot of it begins; its parts are taken while the task goes on. */
  snapshotShare?: number;
  /** Chance, after each commit, of another FENCE of the same writer: a recovery may start from it. */
  fenceShare?: number;
  /** The first process commits and dies after so many records. */
  firstReads?: number;
}

/** The processes of one task, one after the other, and the log that they leave. */
export class Lives {
  readonly log = new MemoryLog();
  readonly #life: Life;
  readonly #random: () => number;
  #crashesLeft: number;
  #processes = 0;
  #snapshot: MemorySnapshot | undefined;
  #making: { from: TaskSnapshot; made: MemorySnapshot } | null = null;
  snapshotsUsed = 0;
  /** What a dying process had on its way to the log: it lands when the process is fenced off already. */
  #onItsWay: { piece: Piece; prev: number } | null = null;

  constructor(life: Life) {
    this.#life = life;
    this.#random = createRandom(life.seed);
    this.#crashesLeft = life.crashesMax ?? 8;
  }

  /** What the log says at the end of time. */
  async run(): Promise<Piece[]> {
    const { records } = this.#life;
    this.log.fence(this.#settings);
    let task = freshTask(this.#settings);
    while (!this.#live(task)) {
      this.#processes++;
      const replayed = inAppendOrder(records).map((record) => this.#asRead(record));
      task = await this.log.recover(this.#settings, replayed, this.#snapshot);
      if (this.#snapshot) this.snapshotsUsed++;
      this.#making = null;
      if (this.#onItsWay) this.log.stray(this.#onItsWay.piece, this.#onItsWay.prev);
      this.#onItsWay = null;
    }
    return this.log.pieces();
  }

  /** How often a process died. */
  get deaths(): number {
    return this.#processes;
  }

  get #settings(): JoinSettings {
    const { settings = [denseSettings] } = this.#life;
    return settings[Math.min(this.#processes, settings.length - 1)] as JoinSettings;
  }

  /** True at the end of time, false where the process died before. */
  #live(task: DrivenTask): boolean {
    const { records, lagMs = 0, firstReads } = this.#life;
    const { nextOffsets } = task;
    const rest = records.filter(({ input, offset }) => offset >= nextOffsets[input]);
    const order = lagMs > 0 ? interleaved(rest, this.#random, lagMs) : rest;
    const isShort = firstReads !== undefined && this.#processes === 0;
    for (const record of isShort ? order.slice(0, firstReads) : order) {
      task.apply(this.#asRead(record));
      this.#takePart();
      if ((task.draft.isFull || this.#random() < 0.25) && !this.#commit(task)) return false;
    }
    if (isShort) {
      this.#commit(task);
      return false;
    }
    endInputs(task, lastAppendTime(records) + 1_000 + 2 * this.#settings.windowMs);
    return this.#commit(task) && !this.#isCrash();
  }

  #commit(task: DrivenTask): boolean {
    for (const piece of task.takePieces()) {
      if (this.#isCrash()) {
        this.#onItsWay = { piece, prev: this.log.lastValid };
        return false;
      }
      this.log.commit(piece);
    }
    this.#beginSnapshot(task);
    if (this.#random() < (this.#life.fenceShare ?? 0)) {
      const { nextOffsets, taskTime } = task;
      const read = this.#life.records.filter(({ input, offset }) => offset < nextOffsets[input]);
      this.log.fence(this.#settings, { nextOffsets, taskTime, until: lastAppendTime(read) });
    }
    return true;
  }

  #beginSnapshot(task: DrivenTask): void {
    if (this.#making !== null || this.#random() >= (this.#life.snapshotShare ?? 0)) return;
    const from = task.beginSnapshot();
    // As a file would hold it.
    const head = JSON.parse(JSON.stringify(from.head), (_, value: unknown) => value ?? -Infinity) as TaskHead;
    this.#making = { from, made: { lastValid: this.log.lastValid, head, generations: from.generations, parts: [] } };
  }

  #takePart(): void {
    if (this.#making === null) return;
    const { from, made } = this.#making;
    const part = from.nextPart();
    if (part !== null) {
      made.parts.push(part);
      return;
    }
    from.end();
    this.#snapshot = made;
    this.#making = null;
  }

  #isCrash(): boolean {
    const { crashShare = 0.2, firstReads } = this.#life;
    if (firstReads !== undefined && this.#processes === 0) return false;
    return this.#crashesLeft > 0 && this.#random() < crashShare && this.#crashesLeft-- > 0;
  }

  #asRead(record: OracleRecord): TaskRecord {
    const { input, offset, appendTime } = record;
    return this.#life.isRejected?.(record) ? { input, offset, appendTime, rejected: true } : record;
  }
}

/** The valid pieces of the log that the processes leave. */
export function logAfter(life: Life): Promise<Piece[]> {
  return new Lives(life).run();
}

/** Each engagement is disposed of once, at most one parked row is written for it, the books balance in every piece. */
export function expectBalanced(pieces: Piece[], records: OracleRecord[]): void {
  const parked = pieces.flatMap((piece) => piece.parked.map((row) => row.input_offset));
  expect(disposedOffsets(pieces).toSorted((a, b) => a - b)).toEqual(engagementOffsets(records));
  expect(new Set(parked).size).toBe(parked.length);
  expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
  expect(pieces.at(-1)).toMatchObject({ parked_count: 0, parked_xor: 0 });
}
