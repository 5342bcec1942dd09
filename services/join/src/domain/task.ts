import { engagementField, type Counters, type EventView, type Input, type InputOffsets } from "@antedate/schemas/model";
import { absorbDelivery, absorbEngagement, absorbSend, type Absorbed } from "./absorb.ts";
import { counterOf } from "./counter-of.ts";
import { Draft, type Piece, type Position } from "./draft.ts";
import { messageAt } from "./message-at.ts";
import type { OffsetChecksum } from "./offset-set.ts";
import type { SettingsLookup } from "./settings.ts";
import { MessageFacts } from "./state/message-facts.ts";
import { routeOf } from "./state/attempts.ts";
import type { MessageTable } from "./state/message-table.ts";
import { ParkedEngagement } from "./state/parked-engagement.ts";
import { RefTimers } from "./state/ref-timers.ts";
import { flag } from "./state/slab.ts";
import { waitsOf } from "./state/words.ts";
import type { TaskStart } from "./task-start.ts";
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
  readonly #parked: OffsetChecksum;
  readonly #time: TaskTime;
  readonly #nextOffsets: InputOffsets;
  readonly #counters: Counters;
  readonly #facts = new MessageFacts();
  readonly #engagement = new ParkedEngagement();
  readonly #blocks: number[] = [];
  /** Task time after the last whole step: that of a commit. */
  #positionTime: number;
  #undecided = 0;

  constructor(settings: SettingsLookup, start: TaskStart) {
    this.#settings = settings;
    this.#table = start.table;
    this.#draft = new Draft(start.table, settings);
    this.#nextOffsets = { ...start.nextOffsets };
    this.#counters = { ...start.counters };
    this.#time = new TaskTime(start.taskTime, start.lastAppendTimes);
    this.#positionTime = start.taskTime;
    // Of all that is parked: a piece that is sealed while messages are resumed carries the checksum of the whole.
    this.#parked = start.parked;
    for (const message of start.table.all()) this.#resume(message);
  }

  get taskTime(): number {
    return this.#time.now;
  }

  get nextOffsets(): Readonly<InputOffsets> {
    return this.#nextOffsets;
  }

  get parkedCount(): number {
    return this.#parked.count;
  }

  get messageCount(): number {
    return this.#table.size;
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
    this.#count(input, this.#absorb(input, view, offset, appendTime));
    this.#pass(input, offset);
  }

  /** Takes the next record of an input, which is none of ours. */
  reject(input: Input, offset: number, appendTime: number): void {
    this.#time.take(input, appendTime);
    this.#fireTimers();
    this.#counters[counterOf[input].rejected]++;
    this.#draft.reject(input, offset);
    this.#pass(input, offset);
  }

  /** The input was read to its end, and all that is appended to it later is appended at `time` or after. */
  reachEnd(input: Input, time: number): void {
    this.#time.reachEnd(input, time);
    this.#fireTimers();
    this.#positionTime = this.#time.now;
  }

  /** Closes every window: nothing will ever be appended again. */
  closeAll(): void {
    for (const input of ["sends", "deliveries", "engagements"] as const) this.reachEnd(input, Infinity);
  }

  /** What has to be committed, in this order, one COMMIT each; at least one. */
  takePieces(): Piece[] {
    const pieces = this.#draft.take(this.#position());
    this.#table.compact();
    return pieces;
  }

  /** Only after the record: a piece that was sealed on the way carries the position from before it. */
  #pass(input: Input, offset: number): void {
    this.#counters[counterOf[input].read]++;
    this.#nextOffsets[input] = offset + 1;
    this.#positionTime = this.#time.now;
  }

  #position(): Position {
    return {
      nextOffsets: this.#nextOffsets,
      taskTime: this.#positionTime,
      counters: this.#counters,
      parkedCount: this.#parked.count,
      parkedXor: this.#parked.xor,
    };
  }

  #absorb(input: Input, view: EventView, offset: number, appendTime: number): Absorbed {
    const message = this.#messageOf(view, appendTime);
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
      this.#counters.engagements_decided++;
    } else {
      this.#draft.park(engagement.park(this.#table, message));
      this.#parked.add(offset);
    }
    return absorbed;
  }

  #count(input: Input, absorbed: Absorbed): void {
    if (absorbed === "duplicate") this.#counters[counterOf[input].duplicate]++;
    else if (absorbed === "contradicted") this.#counters.contradicted++;
    else if (absorbed === "late" && input !== "engagements") this.#counters[counterOf[input].late]++;
  }

  /** The message that a record belongs to. One beyond the window of the known message begins a new one. */
  #messageOf(view: EventView, appendTime: number): number {
    // All three events have their message's ID in the same place.
    const start = view.start[idField] as number;
    const length = view.length[idField] as number;
    const newest = this.#table.find(view.bytes, start, length);
    const known = messageAt(this.#table, newest, appendTime, this.#settings.windowMs);
    if (known >= 0) return known;
    this.#undecided++;
    return this.#table.begin(view.bytes, start, length, appendTime, newest);
  }

  /** A bound is passed when task time is beyond it, so that all records appended at it have been taken. */
  #fireTimers(): void {
    const now = this.#time.now;
    while (this.#timers.nextAt < now) {
      const message = this.#timers.take();
      if (this.#table.has(message)) this.#closeIfDue(message);
    }
    for (;;) {
      const oldest = this.#table.oldest();
      if (oldest < 0 || this.#table.firstAppendAt(oldest) + this.#settings.windowMs >= now) return;
      this.#expire(oldest);
    }
  }

  /** Closes the message once outcome, `settle` and send (or `send_hold`) are there; else sets a timer. */
  #closeIfDue(message: number): void {
    const table = this.#table;
    const outcome = table.outcome(message);
    if (outcome === 0 || table.isSet(message, flag.closed | flag.gone)) return;
    const slab = table.slabOf(message);
    const { settleMs, sendHoldMs } = waitsOf(slab, routeOf(slab.attempts, outcome), this.#settings);
    const outcomeAt = table.outcomeAppendedAt(message);
    const hasSend = table.isSet(message, flag.send) && table.sendAppendedAt(message) <= outcomeAt + sendHoldMs;
    const waitMs = hasSend ? settleMs : Math.max(settleMs, sendHoldMs);
    if (waitMs === 0 || outcomeAt + waitMs < this.#time.now) this.#close(message);
    else this.#timers.add(outcomeAt + waitMs, message);
  }

  /** Decides the message and all that waits for it. The message's row comes first: recovery tells by it. */
  #close(message: number): void {
    const table = this.#table;
    this.#sealIfFull();
    this.#facts.load(table, message, this.#settings);
    if (this.#facts.hasRow && !table.isSet(message, flag.rowWritten)) {
      this.#draft.addMessage(this.#facts, table.idBlock(message), table.firstAppendAt(message));
      this.#counters.messages_decided++;
      table.set(message, flag.rowWritten);
    }
    table.set(message, flag.closed);
    this.#undecided--;
    this.#release(message);
  }

  /** `#facts` are the message's. */
  #release(message: number): void {
    const { open } = this.#table;
    const blocks = this.#parkedOf(message);
    // The oldest is the last.
    for (let index = blocks.length - 1; index >= 0; index--) {
      const block = blocks[index] as number;
      this.#sealIfFull();
      this.#draft.addEngagement(this.#facts, this.#loaded(block));
      this.#counters.engagements_decided++;
      this.#parked.remove(this.#engagement.offset);
      open.free(block);
    }
    this.#table.freeOpen(message);
  }

  #expire(message: number): void {
    if (!this.#table.isSet(message, flag.closed)) this.#close(message);
    this.#table.markGone(message);
  }

  #sealIfFull(): void {
    if (this.#draft.isFull) this.#draft.seal(this.#position());
  }

  /** Takes up a message that recovery found: its timer, its parked engagement. */
  #resume(message: number): void {
    if (this.#table.isSet(message, flag.closed)) {
      // The crash came in the middle of a step: the row was committed, part of its engagement not yet.
      this.#facts.load(this.#table, message, this.#settings);
      this.#release(message);
    } else {
      this.#undecided++;
      this.#closeIfDue(message);
    }
  }

  /** Blocks of the message's parked engagement, the newest first. */
  #parkedOf(message: number): number[] {
    const { open } = this.#table;
    const blocks = this.#blocks;
    blocks.length = 0;
    // The last block of the chain is the message's ID.
    for (let at = this.#table.openHead(message); at !== 0 && open.next(at) !== 0; at = open.next(at)) blocks.push(at);
    return blocks;
  }

  #loaded(block: number): ParkedEngagement {
    this.#engagement.load(this.#table, block);
    return this.#engagement;
  }
}

const idField = engagementField.message_id;
