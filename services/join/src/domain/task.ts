import type { Counters, Input, InputEvent, InputOffsets } from "@antedate/schemas/model";
import { absorbDelivery, absorbEngagement, absorbSend, type Absorbed } from "./absorb.ts";
import { Draft, type Piece, type Position } from "./draft.ts";
import { createMessage, hasRow, messageAt, sendFor, type Message } from "./message.ts";
import type { MessageStore } from "./message-store.ts";
import { OffsetChecksum } from "./offset-set.ts";
import { engagementRow, messageRow, parkedRow } from "./rows.ts";
import type { SettingsLookup } from "./settings.ts";
import { TaskTime } from "./task-time.ts";
import { Timers } from "./timers.ts";

/** A record of an input partition, decoded or rejected. */
export type TaskRecord = { offset: number; appendTime: number } & (InputEvent | { input: Input; rejected: true });

/** What a task starts from: nothing, or what its recovery found. */
export interface TaskStart {
  store: MessageStore;
  nextOffsets: InputOffsets;
  taskTime: number;
  counters: Counters;
  /** Append time of the last record taken of each input, −Infinity for none. */
  lastAppendTimes: Record<Input, number>;
}

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
  readonly #store: MessageStore;
  readonly #draft = new Draft();
  readonly #timers = new Timers<Message>();
  readonly #parked = new OffsetChecksum();
  readonly #time: TaskTime;
  readonly #nextOffsets: InputOffsets;
  readonly #counters: Counters;
  /** Task time after the last whole step: that of a commit. */
  #positionTime: number;
  #undecided = 0;

  constructor(settings: SettingsLookup, start: TaskStart) {
    this.#settings = settings;
    this.#store = start.store;
    this.#nextOffsets = { ...start.nextOffsets };
    this.#counters = { ...start.counters };
    this.#time = new TaskTime(start.taskTime, start.lastAppendTimes);
    this.#positionTime = start.taskTime;
    // All parked offsets first: a piece that is sealed while messages are resumed carries the checksum of the whole.
    for (const message of start.store.all()) for (const { offset } of message.parked) this.#parked.add(offset);
    for (const message of start.store.all()) this.#resume(message);
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
    return this.#store.size;
  }

  /** Something waits for time to pass: an open message or a parked engagement. */
  get isWaiting(): boolean {
    return this.#undecided > 0;
  }

  get draft(): Pick<Draft, "isFull" | "rowCount" | "hasContent"> {
    return this.#draft;
  }

  /** Takes the next record of an input. Offsets of one input must grow. */
  apply(record: TaskRecord): void {
    const appendTime = this.#time.take(record.input, record.appendTime);
    this.#fireTimers();
    if ("rejected" in record) {
      this.#counters[`${record.input}_rejected`]++;
      this.#draft.reject(record.input, record.offset);
    } else {
      this.#count(record.input, this.#absorb(record, appendTime));
    }
    // Only now: a piece that was sealed on the way carries the position from before this record.
    this.#counters[`${record.input}_read`]++;
    this.#nextOffsets[record.input] = record.offset + 1;
    this.#positionTime = this.#time.now;
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
    return this.#draft.take(this.#position());
  }

  #position(): Position {
    return {
      next_offsets: { ...this.#nextOffsets },
      task_time: this.#positionTime,
      counters: { ...this.#counters },
      parked_count: this.#parked.count,
      parked_xor: this.#parked.xor,
    };
  }

  #absorb(record: InputEvent & { offset: number }, appendTime: number): Absorbed {
    const message = this.#messageOf(record.event.message_id, appendTime);
    switch (record.input) {
      case "sends": {
        const absorbed = absorbSend(message, record.event, appendTime);
        this.#closeIfDue(message);
        return absorbed;
      }
      case "deliveries": {
        const absorbed = absorbDelivery(message, record.event, appendTime, this.#settings);
        this.#closeIfDue(message);
        return absorbed;
      }
      case "engagements": {
        const absorbed = absorbEngagement(message, record.event);
        const engagement = { event: record.event, offset: record.offset, appendTime };
        if (absorbed === "duplicate") {
          this.#draft.dispose(record.offset);
        } else if (message.closed) {
          // Never seals: a piece with this row and the position from before it would have it read twice.
          this.#draft.addEngagement(engagementRow(message, engagement, this.#settings));
          this.#counters.engagements_decided++;
        } else {
          message.parked.push(engagement);
          this.#parked.add(record.offset);
          this.#draft.park(parkedRow(record.event, record.offset));
        }
        return absorbed;
      }
    }
  }

  #count(input: Input, absorbed: Absorbed): void {
    if (absorbed === "duplicate") this.#counters[`${input}_duplicate`]++;
    else if (absorbed === "contradicted") this.#counters.contradicted++;
    else if (absorbed === "late" && input !== "engagements") this.#counters[`${input}_late`]++;
  }

  /** The message that a record belongs to. One beyond the window of the known message begins a new one. */
  #messageOf(id: string, appendTime: number): Message {
    const { windowMs } = this.#settings;
    const newest = this.#store.get(id);
    const known = messageAt(newest, appendTime, windowMs);
    if (known && appendTime >= known.firstAppendAt) return known;
    if (known) {
      known.firstAppendAt = appendTime;
      this.#timers.add(appendTime + windowMs, known);
      return known;
    }
    const message = createMessage(id, appendTime, newest ?? null);
    this.#store.put(message);
    this.#undecided++;
    this.#timers.add(appendTime + windowMs, message);
    return message;
  }

  /** A bound is passed when task time is beyond it, so that all records appended at it have been taken. */
  #fireTimers(): void {
    while (this.#timers.nextAt < this.#time.now) {
      const message = this.#timers.take();
      if (message.gone) continue;
      if (message.firstAppendAt + this.#settings.windowMs < this.#time.now) this.#expire(message);
      else this.#closeIfDue(message);
    }
  }

  /** Closes the message once outcome, `settle` and send (or `send_hold`) are there; else sets a timer. */
  #closeIfDue(message: Message): void {
    const { outcome } = message;
    if (outcome === null || message.closed) return;
    const { settleMs, sendHoldMs } = this.#settings.waitsOf(outcome.source);
    const hasSend = sendFor(message, outcome.appendTime + sendHoldMs) !== null;
    const waitMs = hasSend ? settleMs : Math.max(settleMs, sendHoldMs);
    if (waitMs === 0 || outcome.appendTime + waitMs < this.#time.now) this.#close(message);
    else this.#timers.add(outcome.appendTime + waitMs, message);
  }

  /** Decides the message and all that waits for it. The message's row comes first: recovery tells by it. */
  #close(message: Message): void {
    this.#sealIfFull();
    if (hasRow(message) && !message.rowWritten) {
      this.#draft.addMessage(messageRow(message, this.#settings), message.firstAppendAt);
      this.#counters.messages_decided++;
      message.rowWritten = true;
    }
    message.closed = true;
    this.#undecided--;
    this.#release(message);
  }

  #release(message: Message): void {
    for (const engagement of message.parked) {
      this.#sealIfFull();
      this.#draft.addEngagement(engagementRow(message, engagement, this.#settings));
      this.#counters.engagements_decided++;
      this.#parked.remove(engagement.offset);
    }
    message.parked = [];
  }

  #expire(message: Message): void {
    if (!message.closed) this.#close(message);
    message.gone = true;
    message.previous = null;
    this.#store.remove(message);
  }

  #sealIfFull(): void {
    if (this.#draft.isFull) this.#draft.seal(this.#position());
  }

  /** Takes up a message that recovery found: its timers, its parked engagement. */
  #resume(message: Message): void {
    this.#timers.add(message.firstAppendAt + this.#settings.windowMs, message);
    if (message.closed) {
      // The crash came in the middle of a step: the row was committed, part of its engagement not yet.
      this.#release(message);
    } else {
      this.#undecided++;
      this.#closeIfDue(message);
    }
  }
}
