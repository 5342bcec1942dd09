import { zeroCounters, type Commit, type EventView, type Input, type InputOffsets } from "@antedate/schemas/model";
import { assert } from "./assert.ts";
import type { OffsetChecksum, OffsetSet } from "./offset-set.ts";
import type { SettingsLookup } from "./settings.ts";
import { dataOf } from "./state/byte-writer.ts";
import { inputNumber } from "./state/core.ts";
import type { MessageTable } from "./state/message-table.ts";
import { cellWord, flag } from "./state/slab.ts";
import type { TaskStart } from "./task-start.ts";

/** What a join log says was written, read from its first FENCE to its last valid record. */
export interface LogSummary {
  /** Input offsets of the FENCE that the replay starts from. */
  from: InputOffsets;
  /** The last commit; null where there is none yet. */
  last: Pick<Commit, "next_offsets" | "task_time" | "counters" | "parked_count" | "parked_xor"> | null;
  disposed: OffsetSet;
  /** Rejected offsets: not replayed. */
  rejected: Record<Input, OffsetSet>;
  /** Each writer's window, ms, and the offsets it read from: it told the messages of what it read apart by it. */
  windows: { from: InputOffsets; windowMs: number }[];
  /** For each message ID (UTF-8) that has rows, when the windows of those rows began, in append time. */
  written: Iterable<{ id: Uint8Array; beganAt: number }>;
  /**
   * Where the replay does not start from all that was known: the window, ms, after which what seems to be open is a message
   * of before, that was decided there. Null where nothing is missing.
   */
  pastMs: number | null;
}

/**
 * Rebuilds a task's state by replaying the inputs silently up to the last commit (design §5, Recovery). It emits
 * nothing and fires no timer: what was decided is not computed again, it is read from the log.
 */
export class Recovery {
  readonly #settings: SettingsLookup;
  readonly #summary: LogSummary;
  readonly #table: MessageTable;
  readonly #parked: OffsetChecksum;
  readonly #lastAppendTimes: Record<Input, number>;

  /** Goes on from `start`, which stands at the summary's `from`. */
  constructor(settings: SettingsLookup, summary: LogSummary, start: TaskStart) {
    this.#settings = settings;
    this.#summary = summary;
    this.#table = start.table;
    this.#table.use(settings);
    this.#parked = start.parked;
    this.#lastAppendTimes = { ...start.lastAppendTimes };
  }

  /** Offsets up to which to replay, exclusive. */
  get to(): InputOffsets {
    return this.#summary.last?.next_offsets ?? this.#summary.from;
  }

  /** To read the next record into: taken from elsewhere, its fields are copied. */
  nextView(): EventView {
    return this.#table.core.nextView();
  }

  /** Takes a record below `to`, as an event. All inputs together in append-time order. */
  apply(input: Input, view: EventView, offset: number, ownAppendTime: number): void {
    const appendTime = this.#timeOf(input, ownAppendTime);
    if (this.#summary.rejected[input].has(offset)) return;
    // As the task that read it did: a record beyond its message's window begins a new message.
    const reader = this.#summary.windows.findLast(({ from }) => from[input] <= offset);
    const windowMs = reader?.windowMs ?? this.#settings.windowMs;
    const isDisposed = input === "engagements" && this.#summary.disposed.has(offset);
    const { core } = this.#table;
    core.queue(inputNumber(input), view, offset, appendTime);
    if (core.replay(appendTime, windowMs, isDisposed)) this.#parked.add(offset);
  }

  /** Takes a record below `to` that is no event, now as before. */
  reject(input: Input, _offset: number, appendTime: number): void {
    this.#timeOf(input, appendTime);
  }

  /**
   * The state to go on from. Throws where count or XOR of the parked offsets differ from the last commit's: then the
   * inputs are not those that were committed, and guessing would lose or double engagement.
   */
  finish(): TaskStart {
    const { last, written } = this.#summary;
    const table = this.#table;
    for (const { id, beganAt } of written) {
      const newest = table.find(id);
      if (newest >= 0) table.set(table.begunAt(newest, beganAt), flag.rowWritten);
    }
    // Without a send the task tells by its time whether the message is closed: perhaps its row was written in the middle
    // of the step that the send began, and what is left of that has to wait for the send.
    for (const message of table.all()) {
      this.#dropDisposed(message);
      const hasAll = table.core.calls.hasOutcome(message) !== 0 && table.isSet(message, flag.send);
      if (hasAll && table.isSet(message, flag.rowWritten)) table.set(message, flag.closed);
      this.#forgetPast(message);
    }
    assert(
      this.#parked.count === (last?.parked_count ?? 0) && this.#parked.xor === (last?.parked_xor ?? 0),
      `the replayed inputs leave ${this.#parked.count} parked engagements where the last commit has ${last?.parked_count ?? 0}; input topics or join log were changed`,
    );
    return {
      table,
      nextOffsets: this.to,
      taskTime: last?.task_time ?? 0,
      counters: last?.counters ?? zeroCounters(),
      parked: this.#parked,
      lastAppendTimes: this.#lastAppendTimes,
    };
  }

  #forgetPast(message: number): void {
    const { pastMs, last } = this.#summary;
    if (pastMs === null || last === null || this.#table.firstAppendAt(message) + pastMs >= last.task_time) return;
    // Then the checksum tells that something is wrong.
    if (this.#table.parkedBlocks(message).length > 0) return;
    this.#table.core.calls.freeOpen(message);
    this.#table.markGone(message);
  }

  /** What was parked where the recovery started may have been decided since. */
  #dropDisposed(message: number): void {
    const table = this.#table;
    if (table.word(message, cellWord.open) === 0) return;
    for (const block of table.parkedBlocks(message)) {
      const offset = dataOf(table.block(block)).getFloat64(parkedOffsetAt, true);
      if (!this.#summary.disposed.has(offset)) continue;
      table.core.calls.unpark(message, block);
      this.#parked.remove(offset);
    }
  }

  #timeOf(input: Input, ownAppendTime: number): number {
    const appendTime = Math.max(ownAppendTime, this.#lastAppendTimes[input]);
    this.#lastAppendTimes[input] = appendTime;
    return appendTime;
  }
}

/** Where the offset of a parked engagement stands in its block (core/parked.ts). */
const parkedOffsetAt = 8;
