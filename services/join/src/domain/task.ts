import { inputs, type EventView, type Input, type InputOffsets } from "@antedate/schemas/model";
import { Draft } from "./draft.ts";
import { nextOffsetsOf, countersOf, startBooks, type Piece } from "./piece.ts";
import type { SettingsLookup } from "./settings.ts";
import { inputNumber, type Core } from "./state/core.ts";
import type { RecordRow, Walk } from "./state/record-row.ts";
import type { MessageTable, Sealing } from "./state/message-table.ts";
import type { TaskSnapshot } from "./task-snapshot.ts";
import type { TaskStart } from "./task-start.ts";

/**
 * One task's join: the three inputs of one partition in, pieces for the join log out.
 *
 * Comes out: a message row once its outcome and its send (or `send_hold`) are there, or at its window's end; an
 * engagement row as soon as its message has that row; every engagement offset as disposed of exactly once.
 * Kept: a message per ID from its first record until its window has passed in task time, then nothing.
 * Order: records of one input in offset order; between the inputs any order gives the same rows as long as none lags
 * more than `send_hold` (columns of the send) or the window (class), because what a row is made of depends on append
 * times and partition order only, never on when it was read.
 *
 * The join itself is the core's (core/task.ts); this gives it records and takes what it made.
 */
export class Task {
  readonly draft: Draft;
  readonly #settings: SettingsLookup;
  readonly #table: MessageTable;
  readonly #core: Core;

  constructor(settings: SettingsLookup, start: TaskStart) {
    const { table } = start;
    this.#settings = settings;
    this.#table = table;
    this.#core = table.core;
    this.draft = new Draft(this.#core);
    table.use(settings, () => this.draft.cut());
    const { sends, deliveries, engagements } = start.lastAppendTimes;
    this.#core.calls.startTime(start.taskTime, sends, deliveries, engagements);
    startBooks(this.#core, start.nextOffsets, start.counters);
    this.#core.calls.startTask(settings.windowMs, start.parked.count, start.parked.xor);
    for (const message of table.all()) this.#core.calls.resumeMessage(message);
  }

  get taskTime(): number {
    return this.#settled.calls.taskTime();
  }

  get nextOffsets(): Readonly<InputOffsets> {
    return nextOffsetsOf(this.#settled);
  }

  get parkedCount(): number {
    return this.#settled.calls.parkedCount.value;
  }

  /** In live slabs. */
  get messageCount(): number {
    this.#core.flush();
    return this.#table.size;
  }

  /** In sealed generations. */
  get sealedCount(): number {
    this.#core.flush();
    return this.#table.generations.messageCount;
  }

  /** Bytes of the state. */
  get stateBytes(): number {
    return this.#table.bytes;
  }

  /** Something waits for time to pass: an open message or a parked engagement. */
  get isWaiting(): boolean {
    return this.#settled.calls.undecided.value > 0;
  }

  /** To read the next record into: taken from elsewhere, its fields are copied. */
  nextView(): EventView {
    return this.#core.nextView();
  }

  /**
   * Takes the next record of an input, as an event. Offsets of one input must grow. Some records are held until others come
   * or anything else is asked for. The arrays that views point into must stay as they are until then.
   */
  apply(input: Input, view: EventView, offset: number, appendTime: number): void {
    if (this.#core.queue(inputNumber(input), view, offset, appendTime)) this.#core.applyQueued();
  }

  /**
   * Takes records of a row, from the one that it is at on, as far as they are events of our own schema, written as is
   * usual: as if each had been read and applied. Gives how many; the first that is left is to be read.
   */
  walk(input: Input, row: RecordRow, walk: Walk): number {
    return this.#core.walk(inputNumber(input), row, walk);
  }

  /** Bytes of the records that were walked last. */
  get walkedBytes(): number {
    return this.#core.walkedBytes;
  }

  /** Takes the next record of an input, which is none of ours. */
  reject(input: Input, offset: number, appendTime: number): void {
    // What is staged stays: the records around it are in the same array.
    this.#core.applyQueued();
    const { calls } = this.#core;
    this.#core.step(() => calls.rejectRecord(inputNumber(input), offset, appendTime));
  }

  /** The input was read to its end, and all that is appended to it later is appended at `time` or after. */
  reachEnd(input: Input, time: number): void {
    const { calls } = this.#settled;
    this.#core.step(() => calls.reachEnd(inputNumber(input), time));
  }

  /** Closes every window: nothing will ever be appended again. */
  closeAll(): void {
    for (const input of inputs) this.reachEnd(input, Infinity);
  }

  /** What has to be committed, in this order, one COMMIT each; at least one. Their rooms are used again by the next call. */
  takePieces(): Piece[] {
    const pieces = this.draft.take();
    this.#core.step(() => this.#core.calls.compactOpen());
    return pieces;
  }

  /**
   * Seals the messages of one slab, all of which began more than `hotMs` ago, and forgets generations whose windows are
   * past. Between two steps. Null where there is none.
   */
  seal(hotMs: number): Sealing | null {
    const now = this.taskTime;
    return this.#core.step(() => {
      this.#table.dropBefore(now - this.#settings.windowMs);
      const sealing = this.#table.seal(now - hotMs);
      for (const message of sealing?.carried ?? []) this.#core.calls.watchMessage(message);
      return sealing;
    });
  }

  /** Begins a snapshot of this instant, between two steps and with nothing uncommitted. One at a time. */
  beginSnapshot(): TaskSnapshot {
    const { calls, doubles } = this.#settled;
    const { head, nextPart, end } = this.#table.beginSnapshot();
    const at = calls.lastTaken.value >>> 3;
    const [sends, deliveries, engagements] = doubles.subarray(at, at + 3) as unknown as [number, number, number];
    return {
      head: {
        nextOffsets: this.nextOffsets,
        taskTime: calls.stepTimeOf(),
        counters: countersOf(this.#core),
        parkedCount: calls.parkedCount.value,
        parkedXor: calls.parkedXorOf(),
        lastAppendTimes: { sends, deliveries, engagements },
        windowMs: this.#settings.windowMs,
        table: head,
      },
      generations: this.#table.generations.all,
      nextPart,
      end,
    };
  }

  /** With nothing queued. */
  get #settled(): Core {
    this.#core.flush();
    return this.#core;
  }
}
