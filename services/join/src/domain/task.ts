import { engagementField, type EventView, type Input, type InputOffsets } from "@antedate/schemas/model";
import { absorbDelivery, absorbEngagement, absorbSend, type Absorbed } from "./absorb.ts";
import { closeAt } from "./close-at.ts";
import { countAbsorbed, counterOf } from "./counter-of.ts";
import { Draft, type Piece } from "./draft.ts";
import { messageAt } from "./message-at.ts";
import type { SettingsLookup } from "./settings.ts";
import { MessageFacts } from "./state/message-facts.ts";
import type { MessageTable, Sealing } from "./state/message-table.ts";
import { ParkedEngagement } from "./state/parked-engagement.ts";
import { RefTimers } from "./state/ref-timers.ts";
import { flag } from "./state/slab.ts";
import type { TaskSnapshot } from "./task-snapshot.ts";
import type { TaskStart } from "./task-start.ts";
import { TaskBooks } from "./task-books.ts";
import { TaskTime } from "./task-time.ts";

/**
 * One task's join: the three inputs of one partition in, pieces for the join log out.
 *
 * Comes out: a message row once its outcome and its send (or `send_hold`) are there, or at its window's end; an
 * engagement row as soon as its message has that row; every engagement offset as disposed of exactly once.
 * Kept: a message per ID from its first record until its window has passed in task time, then nothing.
 * Order: records of one input in offset order; between the inputs any order gives the same rows as long as none lags
 * more than `send_hold` (columns of the send) or the window (class), because what a row is made of depends on append
 * times and partition order only, never on when it was read.
 */
export class Task {
  readonly #settings: SettingsLookup;
  readonly #table: MessageTable;
  readonly #draft: Draft;
  /** When a message with an outcome has waited enough. Windows end in the order in which messages began. */
  readonly #timers = new RefTimers();
  readonly #books: TaskBooks;
  readonly #time: TaskTime;
  readonly #facts = new MessageFacts();
  readonly #engagement = new ParkedEngagement();
  readonly #blocks: number[] = [];
  #undecided = 0;

  constructor(settings: SettingsLookup, start: TaskStart) {
    this.#settings = settings;
    this.#table = start.table;
    this.#draft = new Draft(start.table, settings);
    this.#books = new TaskBooks(start);
    this.#time = new TaskTime(start.taskTime, start.lastAppendTimes);
    for (const message of start.table.all()) this.#resume(message);
  }

  get taskTime(): number {
    return this.#time.now;
  }

  get nextOffsets(): Readonly<InputOffsets> {
    return this.#books.nextOffsets;
  }

  get parkedCount(): number {
    return this.#books.parked.count;
  }

  /** In live slabs. */
  get messageCount(): number {
    return this.#table.size;
  }

  /** In sealed generations. */
  get sealedCount(): number {
    return this.#table.generations.messageCount;
  }

  /** Bytes of the state. */
  get stateBytes(): number {
    return this.#table.bytes;
  }

  /** Something waits for time to pass: an open message or a parked engagement. */
  get isWaiting(): boolean {
    return this.#undecided > 0;
  }

  get draft(): Pick<Draft, "isFull" | "rowCount" | "hasContent"> {
    return this.#draft;
  }

  /** Takes the next record of an input, as an event. Offsets of one input must grow. */
  apply(input: Input, view: EventView, offset: number, ownAppendTime: number): void {
    const appendTime = this.#time.take(input, ownAppendTime);
    this.#fireTimers();
    countAbsorbed(this.#books.counters, input, this.#absorb(input, view, offset, appendTime));
    this.#books.pass(input, offset, this.#time.now);
  }

  /** Takes the next record of an input, which is none of ours. */
  reject(input: Input, offset: number, appendTime: number): void {
    this.#time.take(input, appendTime);
    this.#fireTimers();
    this.#books.counters[counterOf[input].rejected]++;
    this.#draft.reject(input, offset);
    this.#books.pass(input, offset, this.#time.now);
  }

  /** The input was read to its end, and all that is appended to it later is appended at `time` or after. */
  reachEnd(input: Input, time: number): void {
    this.#time.reachEnd(input, time);
    this.#fireTimers();
    this.#books.taskTime = this.#time.now;
  }

  /** Closes every window: nothing will ever be appended again. */
  closeAll(): void {
    for (const input of ["sends", "deliveries", "engagements"] as const) this.reachEnd(input, Infinity);
  }

  /** What has to be committed, in this order, one COMMIT each; at least one. */
  takePieces(): Piece[] {
    const pieces = this.#draft.take(this.#books.position);
    this.#table.compact();
    return pieces;
  }

  /**
   * Seals the messages of one slab, all of which began more than `hotMs` ago, and forgets generations whose windows are
   * past. Between two steps. Null where there is none.
   */
  seal(hotMs: number): Sealing | null {
    const now = this.#time.now;
    this.#table.generations.dropBefore(now - this.#settings.windowMs);
    const sealing = this.#table.seal(now - hotMs);
    for (const message of sealing?.carried ?? []) this.#watch(message);
    return sealing;
  }

  /** Begins a snapshot of this instant, between two steps and with nothing uncommitted. One at a time. */
  beginSnapshot(): TaskSnapshot {
    const { head, nextPart, end } = this.#table.beginSnapshot();
    const { nextOffsets, counters, ...position } = this.#books.position;
    return {
      head: {
        ...position,
        nextOffsets: { ...nextOffsets },
        counters: { ...counters },
        lastAppendTimes: this.#time.lastTaken,
        windowMs: this.#settings.windowMs,
        table: head,
      },
      generations: this.#table.generations.all,
      nextPart,
      end,
    };
  }

  #absorb(input: Input, view: EventView, offset: number, appendTime: number): Absorbed {
    const message = this.#messageOf(view, appendTime);
    this.#table.touch(message);
    if (input === "engagements") return this.#absorbEngagement(message, view, offset, appendTime);
    const absorbed =
      input === "sends"
        ? absorbSend(this.#table, message, view, appendTime)
        : absorbDelivery(this.#table, message, view, appendTime, this.#settings);
    this.#closeIfDue(message);
    return absorbed;
  }

  #absorbEngagement(message: number, view: EventView, offset: number, appendTime: number): Absorbed {
    const absorbed = absorbEngagement(this.#table, message, view);
    if (absorbed === "duplicate") {
      this.#draft.dispose(offset);
      return absorbed;
    }
    const engagement = this.#engagement;
    engagement.read(view, offset, appendTime);
    if (this.#table.isSet(message, flag.closed)) {
      // Never seals: a piece with this row and the position from before it would have it read twice.
      this.#facts.load(this.#table, message, this.#settings);
      this.#draft.addEngagement(this.#facts, engagement);
      this.#books.counters.engagements_decided++;
    } else {
      this.#draft.park(engagement.park(this.#table, message));
      this.#books.parked.add(offset);
    }
    return absorbed;
  }

  /** The message that a record belongs to. One beyond the window of the known message begins a new one. */
  #messageOf(view: EventView, appendTime: number): number {
    // All three events have their message's ID in the same place.
    const start = view.start[idField] as number;
    const length = view.length[idField] as number;
    const newest = this.#table.find(view.data, start, length);
    const known = messageAt(this.#table, newest, appendTime, this.#settings.windowMs);
    if (known >= 0) return known;
    this.#undecided++;
    return this.#table.begin(view.data, start, length, appendTime, newest);
  }

  /** A bound is passed when task time is beyond it, so that all records appended at it have been taken. */
  #fireTimers(): void {
    const now = this.#time.now;
    while (this.#timers.nextAt < now) {
      const message = this.#timers.take();
      if (!this.#table.has(message)) continue;
      this.#closeIfDue(message);
      if (this.#table.isSet(message, flag.carried)) this.#expireIfPast(message);
    }
    for (;;) {
      const oldest = this.#table.oldest();
      if (oldest < 0 || !this.#expireIfPast(oldest)) return;
    }
  }

  /** Whether the message's window is past; then it is gone now. */
  #expireIfPast(message: number): boolean {
    const table = this.#table;
    if (table.firstAppendAt(message) + this.#settings.windowMs >= this.#time.now) return false;
    if (!table.isGone(message)) this.#expire(message);
    return true;
  }

  /** Closes the message once outcome, `settle` and send (or `send_hold`) are there; else sets a timer. */
  #closeIfDue(message: number): void {
    if (this.#table.isSet(message, flag.closed | flag.gone)) return;
    const at = closeAt(this.#table, message, this.#settings);
    if (at < this.#time.now) this.#close(message);
    else if (at < Infinity) this.#timers.add(at, message);
  }

  /** Decides the message and all that waits for it. The message's row comes first: recovery tells by it. */
  #close(message: number): void {
    const table = this.#table;
    table.touch(message);
    this.#sealIfFull();
    this.#facts.load(table, message, this.#settings);
    if (this.#facts.hasRow && !table.isSet(message, flag.rowWritten)) {
      this.#draft.addMessage(this.#facts, table.idBlock(message), table.firstAppendAt(message));
      this.#books.counters.messages_decided++;
      table.set(message, flag.rowWritten);
    }
    table.set(message, flag.closed);
    this.#undecided--;
    this.#release(message);
  }

  /** `#facts` are the message's. */
  #release(message: number): void {
    const { open } = this.#table;
    const blocks = this.#blocks;
    this.#table.parkedBlocks(message, blocks);
    // The oldest is the last.
    for (let index = blocks.length - 1; index >= 0; index--) {
      const block = blocks[index] as number;
      this.#sealIfFull();
      this.#draft.addEngagement(this.#facts, this.#loaded(block));
      this.#books.counters.engagements_decided++;
      this.#books.parked.remove(this.#engagement.offset);
      open.free(block);
    }
    this.#table.freeOpen(message);
  }

  #expire(message: number): void {
    if (!this.#table.isSet(message, flag.closed)) this.#close(message);
    this.#table.markGone(message);
  }

  #sealIfFull(): void {
    if (this.#draft.isFull) this.#draft.seal(this.#books.position);
  }

  /** Takes up a message that recovery found: its timer, its parked engagement. */
  #resume(message: number): void {
    if (this.#table.isSet(message, flag.closed)) {
      this.#watch(message);
      if (this.#table.openHead(message) === 0) return;
      // The crash came in the middle of a step: the row was committed, part of its engagement not yet.
      this.#facts.load(this.#table, message, this.#settings);
      this.#release(message);
    } else {
      this.#undecided++;
      this.#watch(message);
    }
  }

  /** Sets the timers of a message that is here anew. One that is carried ends by its timer, closed or not: its slab may never be the oldest. */
  #watch(message: number): void {
    const isCarried = this.#table.isSet(message, flag.carried);
    if (isCarried) this.#timers.add(this.#table.firstAppendAt(message) + this.#settings.windowMs, message);
    this.#closeIfDue(message);
  }

  #loaded(block: number): ParkedEngagement {
    this.#engagement.load(this.#table, block);
    return this.#engagement;
  }
}

const idField = engagementField.message_id;
