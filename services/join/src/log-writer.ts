import { completeCommit, encodeFence, type InputOffsets } from "@antedate/schemas";
import { crc32c } from "@antedate/runtime";
import type { Piece } from "./domain/index.ts";
import type { SnapshotPlace } from "./snapshot-head.ts";
import { createFence, type Identity, type TakenOver } from "./take-over.ts";
import type { JoinLog } from "./task-ports.ts";

const cutIntervalMs = 1_000;
const cutRowsMax = 50_000;
/** The sink holds what lies between two cuts. */
const cutBytesMax = 32 * 1024 * 1024;

/**
 * Appends to a join log that was taken over, one record at a time, each naming the one before. Throws where an append got no
 * answer or landed elsewhere than expected: whether it counts is known only after another take-over.
 */
export class LogWriter {
  readonly #log: JoinLog;
  readonly #identity: Identity;
  readonly #logId: string;
  readonly #now: () => number;
  #lastOffset: number;
  #lastCommit: Buffer | null = null;
  #ackTime: number;
  #cutAt = 0;
  #rowsSinceCut: number;
  #bytesSinceCut = 0;

  /** `now` is the host's clock, ms: it paces cuts. */
  constructor(log: JoinLog, identity: Identity, { scan, fence, appendTime }: TakenOver, now: () => number) {
    this.#log = log;
    this.#identity = identity;
    this.#logId = fence.log_id;
    this.#now = now;
    this.#lastOffset = scan.lastValid;
    this.#ackTime = appendTime;
    this.#rowsSinceCut = scan.rowsSinceCut;
  }

  /** Offset of the last record that counts. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Append time in the acknowledgement of the last own append. */
  get ackTime(): number {
    return this.#ackTime;
  }

  /** Rows that no cut has followed yet. */
  get rowsSinceCut(): number {
    return this.#rowsSinceCut;
  }

  /** When rows without a cut are to have one, ms from now. */
  get cutDueInMs(): number {
    return this.#rowsSinceCut > 0 ? cutIntervalMs - (this.#now() - this.#cutAt) : Infinity;
  }

  /** The last commit, where this writer has made one; until its task gives other pieces. */
  get place(): SnapshotPlace | null {
    if (this.#lastCommit === null) return null;
    const recordCrc = crc32c(this.#lastCommit);
    return { logId: this.#logId, logOffset: this.#lastOffset, recordCrc, rowsSinceCut: this.#rowsSinceCut };
  }

  /** Appends a COMMIT. `ends` says whether a step ends with it, and whether it may be the last for long. */
  async commit(piece: Piece, ends: { step: boolean; writing: boolean }): Promise<void> {
    const rows = this.#rowsSinceCut + piece.rowCount;
    const now = this.#now();
    const isDue = ends.step && (now - this.#cutAt >= cutIntervalMs || ends.writing);
    const cut = rows > 0 && (rows >= cutRowsMax || this.#bytesSinceCut >= cutBytesMax || isDue);
    const value = completeCommit(piece.room, piece.bodyBytes, this.#lastOffset, cut);
    await this.#append(value);
    this.#lastCommit = value;
    this.#rowsSinceCut = cut ? 0 : rows;
    this.#bytesSinceCut = cut ? 0 : this.#bytesSinceCut + value.length;
    if (cut) this.#cutAt = now;
  }

  /** Appends a FENCE of this same writer, so that readers find one inside any retention. Where the last commit stands is given. */
  async fence(nextOffsets: Readonly<InputOffsets>, taskTime: number): Promise<void> {
    const place = {
      prev: this.#lastOffset,
      log_id: this.#logId,
      next_offsets: { ...nextOffsets },
      task_time: taskTime,
    };
    await this.#append(encodeFence(createFence(this.#identity, place)));
    this.#lastCommit = null;
  }

  async #append(value: Buffer): Promise<void> {
    const { offset, appendTime } = await this.#log.append(value);
    if (offset !== this.#lastOffset + 1) {
      throw Object.assign(new Error("another writer appended"), { code: "UNEXPECTED_OFFSET" });
    }
    this.#lastOffset = offset;
    this.#ackTime = appendTime;
  }
}
