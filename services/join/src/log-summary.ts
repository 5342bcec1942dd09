import { inputs, LogReader, type Fence, type Input, type InputOffsets, type OffsetRange } from "@antedate/schemas";
import { OffsetSet, type LogSummary } from "./domain/index.ts";

/** A place in a join log from which it can be read on: that of a snapshot. */
export interface LogPlace {
  logId: string;
  /** Offset of the last valid record there. */
  lastValid: number;
  /** The last COMMIT there. */
  commit: NonNullable<LogSummary["last"]>;
  /** Rows that no cut had followed. */
  rowsSinceCut: number;
  /** By which its writer told messages apart, ms. */
  windowMs: number;
}

/** What one reading of a join log, from its beginning or from a place in it, tells its next writer. Pure: records in, in order. */
export class LogScan {
  readonly #reader: LogReader;
  readonly #disposed: OffsetRange[] = [];
  readonly #rejected: Record<Input, OffsetRange[]> = { sends: [], deliveries: [], engagements: [] };
  readonly #windows: LogSummary["windows"] = [];
  readonly #written: { id: Uint8Array; beganAt: number }[] = [];
  /** Of the first FENCE, or of the place. */
  #origin: { logId: string; from: InputOffsets } | null = null;
  #lastFence: Fence | null = null;
  #lastCommit: LogSummary["last"] = null;
  #rowsSinceCut = 0;
  #startsAtFence = true;

  constructor(place?: LogPlace) {
    this.#reader = new LogReader(place?.lastValid);
    if (place === undefined) return;
    const { logId, commit, rowsSinceCut, windowMs } = place;
    this.#origin = { logId, from: commit.next_offsets };
    this.#lastCommit = commit;
    this.#rowsSinceCut = rowsSinceCut;
    this.#windows.push({ from: commit.next_offsets, windowMs });
  }

  get lastValid(): number {
    return this.#reader.lastValid;
  }

  /** Made by the log's first FENCE; null before one was read. */
  get logId(): string | null {
    return this.#origin?.logId ?? null;
  }

  get lastFence(): Fence | null {
    return this.#lastFence;
  }

  /** False where the log's head was deleted: what was disposed of before it is not known any more. */
  get startsAtFence(): boolean {
    return this.#startsAtFence;
  }

  /** Rows that no cut has followed yet. */
  get rowsSinceCut(): number {
    return this.#rowsSinceCut;
  }

  take(offset: number, value: Buffer | null): void {
    const record = this.#reader.take(offset, value);
    if (record === null) {
      if (this.#origin === null) this.#startsAtFence = false;
      return;
    }
    if ("fence" in record) {
      this.#origin ??= { logId: record.fence.log_id, from: record.fence.next_offsets };
      this.#lastFence = record.fence;
      const windowMs = windowOf(record.fence);
      const from = this.#lastCommit?.next_offsets ?? record.fence.next_offsets;
      if (windowMs > 0) this.#windows.push({ from, windowMs });
      return;
    }
    const { commit } = record;
    for (const range of commit.disposed) this.#disposed.push(range);
    for (const input of inputs) for (const range of commit[`rejected_${input}`]) this.#rejected[input].push(range);
    for (const [index, { message_id: id }] of commit.messages.entries()) {
      this.#written.push({ id: Buffer.from(id, "utf8"), beganAt: commit.messages_began_at[index] as number });
    }
    this.#rowsSinceCut = commit.cut
      ? 0
      : this.#rowsSinceCut + commit.engagements.length + commit.messages.length + commit.parked.length;
    const { next_offsets, task_time, counters, parked_count, parked_xor } = commit;
    this.#lastCommit = { next_offsets, task_time, counters, parked_count, parked_xor };
  }

  /** For the recovery of the task. Throws where no FENCE was read. */
  summary(): LogSummary {
    if (this.#origin === null) throw new Error("a join log without a FENCE has no summary");
    return {
      from: this.#origin.from,
      last: this.#lastCommit,
      disposed: OffsetSet.of(this.#disposed),
      rejected: {
        sends: OffsetSet.of(this.#rejected.sends),
        deliveries: OffsetSet.of(this.#rejected.deliveries),
        engagements: OffsetSet.of(this.#rejected.engagements),
      },
      windows: this.#windows,
      written: this.#written,
    };
  }
}

/** The window in a FENCE's configuration; 0 where it says none. */
function windowOf({ config }: Fence): number {
  const { windowMs } = JSON.parse(config) as { windowMs?: number };
  return windowMs ?? 0;
}
