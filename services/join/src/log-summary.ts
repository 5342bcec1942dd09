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
  readonly #fences: FencePlace[] = [];
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

  /** Input offsets at the beginning of what is read of the log; null before a FENCE was read. */
  get from(): InputOffsets | null {
    return this.#origin?.from ?? null;
  }

  get lastCommit(): LogSummary["last"] {
    return this.#lastCommit;
  }

  get lastFence(): Fence | null {
    return this.#lastFence;
  }

  /** Rows that no cut has followed yet. */
  get rowsSinceCut(): number {
    return this.#rowsSinceCut;
  }

  /** The next record, with the broker's stamp, epoch ms. */
  take(offset: number, value: Buffer | null, appendTime: number): void {
    const record = this.#reader.take(offset, value);
    if (record === null) {
      if (this.#origin === null) this.#startsAtFence = false;
      return;
    }
    if ("fence" in record) {
      if (this.#origin === null) {
        this.#origin = { logId: record.fence.log_id, from: record.fence.next_offsets };
        // Behind another record: retention has cut the log off right before this one.
        if (record.fence.prev >= 0) this.#startsAtFence = false;
      }
      this.#lastFence = record.fence;
      const windowMs = windowOf(record.fence);
      const from = this.#lastCommit?.next_offsets ?? record.fence.next_offsets;
      // One that says nothing new is left out: there is a FENCE for each snapshot, and every replayed record looks here.
      if (windowMs > 0 && windowMs !== this.#windows.at(-1)?.windowMs) this.#windows.push({ from, windowMs });
      this.#fences.push(this.#placeOf(from, appendTime));
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

  /**
   * For a recovery that knows all: from the beginning of what is read. Null where the log's head is gone. Throws where no FENCE
   * was read.
   */
  summary(): LogSummary | null {
    if (this.#origin === null) throw new Error("a join log without a FENCE has no summary");
    return this.#startsAtFence ? this.#summaryFrom({ ...logStart, from: this.#origin.from }, null) : null;
  }

  /**
   * For a recovery that can do without what is long past: from the newest FENCE that is two windows old. What was read before
   * it was appended before it, so its messages have ended within one window of it, and those that only seem to begin behind
   * it within two. Not exact for an ID that goes on for longer than its window: where its next message begins may differ.
   * One window is enough where nothing was read from it to the last FENCE. Null where there is no such FENCE.
   */
  recentSummary(): LogSummary | null {
    const fence = this.#recentFence();
    return fence ? this.#summaryFrom(fence, this.#windowMsMax) : null;
  }

  /** Whether there is any summary. */
  get canStart(): boolean {
    return this.#startsAtFence || this.#recentFence() !== undefined;
  }

  get #windowMsMax(): number {
    return Math.max(0, ...this.#windows.map(({ windowMs }) => windowMs));
  }

  #recentFence(): FencePlace | undefined {
    const windowMs = this.#windowMsMax;
    const until = (this.#lastCommit?.task_time ?? 0) - 2 * windowMs;
    const last = this.#fences.at(-1);
    const isQuiet = ({ from, appendTime }: FencePlace): boolean =>
      last !== undefined &&
      windowMs > 0 &&
      appendTime <= last.appendTime - windowMs &&
      inputs.every((input) => from[input] === last.from[input]);
    return this.#fences.findLast((place) => place.appendTime <= until || isQuiet(place));
  }

  #summaryFrom(place: Omit<FencePlace, "appendTime">, pastMs: number | null): LogSummary {
    const { from, disposed, rejected, written } = place;
    const rejectedSince = (input: Input): OffsetSet => OffsetSet.of(this.#rejected[input].slice(rejected[input]));
    return {
      from,
      last: this.#lastCommit,
      disposed: OffsetSet.of(this.#disposed.slice(disposed)),
      rejected: {
        sends: rejectedSince("sends"),
        deliveries: rejectedSince("deliveries"),
        engagements: rejectedSince("engagements"),
      },
      windows: this.#windows,
      written: this.#written.slice(written),
      pastMs,
    };
  }

  #placeOf(from: InputOffsets, appendTime: number): FencePlace {
    const { sends, deliveries, engagements } = this.#rejected;
    return {
      from,
      appendTime,
      disposed: this.#disposed.length,
      rejected: { sends: sends.length, deliveries: deliveries.length, engagements: engagements.length },
      written: this.#written.length,
    };
  }
}

/** Where a FENCE stands, in the log's time and in what was gathered up to it. */
interface FencePlace {
  from: InputOffsets;
  appendTime: number;
  disposed: number;
  rejected: Record<Input, number>;
  written: number;
}

const logStart = { disposed: 0, rejected: { sends: 0, deliveries: 0, engagements: 0 }, written: 0 };

/** The window in a FENCE's configuration; 0 where it says none. */
function windowOf({ config }: Fence): number {
  const { windowMs } = JSON.parse(config) as { windowMs?: number };
  return windowMs ?? 0;
}
