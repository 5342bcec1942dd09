import { inputs, LogReader, type Commit, type Fence, type Input, type OffsetRange } from "@antedate/schemas";
import { OffsetSet, type LogSummary } from "./domain/index.ts";

/** What one reading of a join log tells its next writer. Pure: records in, in order. */
export class LogScan {
  readonly #reader = new LogReader();
  readonly #disposed: OffsetRange[] = [];
  readonly #rejected: Record<Input, OffsetRange[]> = { sends: [], deliveries: [], engagements: [] };
  readonly #windows: LogSummary["windows"] = [];
  readonly #written: { id: Uint8Array; beganAt: number }[] = [];
  #firstFence: Fence | null = null;
  #lastFence: Fence | null = null;
  #lastCommit: Commit | null = null;
  #rowsSinceCut = 0;
  #startsAtFence = true;

  get lastValid(): number {
    return this.#reader.lastValid;
  }

  get firstFence(): Fence | null {
    return this.#firstFence;
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
      if (this.#firstFence === null) this.#startsAtFence = false;
      return;
    }
    if ("fence" in record) {
      this.#firstFence ??= record.fence;
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
    this.#lastCommit = {
      ...commit,
      engagements: [],
      messages: [],
      messages_began_at: [],
      parked: [],
      disposed: [],
      ...nothingRejected,
    };
  }

  /** For the recovery of the task. Throws where no FENCE was read. */
  summary(): LogSummary {
    if (this.#firstFence === null) throw new Error("a join log without a FENCE has no summary");
    return {
      from: this.#firstFence.next_offsets,
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

const nothingRejected = { rejected_sends: [], rejected_deliveries: [], rejected_engagements: [] };

/** The window in a FENCE's configuration; 0 where it says none. */
function windowOf({ config }: Fence): number {
  const { windowMs } = JSON.parse(config) as { windowMs?: number };
  return windowMs ?? 0;
}
