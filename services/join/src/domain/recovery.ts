import {
  zeroCounters,
  type Commit,
  type Counters,
  type Input,
  type InputEvent,
  type InputOffsets,
} from "@antedate/schemas/model";
import { absorbDelivery, absorbEngagement, absorbSend } from "./absorb.ts";
import { assert } from "./assert.ts";
import { createMessage, messageAt, type Message } from "./message.ts";
import type { MessageStore } from "./message-store.ts";
import { OffsetChecksum, type OffsetSet } from "./offset-set.ts";
import type { SettingsLookup } from "./settings.ts";
import type { TaskRecord, TaskStart } from "./task.ts";

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
  /** For each message ID that has rows, when the windows of those rows began, in append time. */
  written: Map<string, number[]>;
}

/**
 * Rebuilds a task's state by replaying the inputs silently up to the last commit (design §5, Recovery). It emits
 * nothing and fires no timer: what was decided is not computed again, it is read from the log.
 */
export class Recovery {
  readonly #settings: SettingsLookup;
  readonly #summary: LogSummary;
  readonly #store: MessageStore;
  readonly #lastAppendTimes: Record<Input, number> = {
    sends: -Infinity,
    deliveries: -Infinity,
    engagements: -Infinity,
  };

  constructor(settings: SettingsLookup, summary: LogSummary, store: MessageStore) {
    this.#settings = settings;
    this.#summary = summary;
    this.#store = store;
  }

  /** Offsets up to which to replay, exclusive. */
  get to(): InputOffsets {
    return this.#summary.last?.next_offsets ?? this.#summary.from;
  }

  /** Takes a record below `to`. All inputs together in append-time order. */
  apply(record: TaskRecord): void {
    const appendTime = Math.max(record.appendTime, this.#lastAppendTimes[record.input]);
    this.#lastAppendTimes[record.input] = appendTime;
    if ("rejected" in record || this.#summary.rejected[record.input].has(record.offset)) return;
    const message = this.#messageOf(record, appendTime);
    switch (record.input) {
      case "sends":
        absorbSend(message, record.event, appendTime);
        return;
      case "deliveries":
        absorbDelivery(message, record.event, appendTime, this.#settings);
        return;
      case "engagements": {
        absorbEngagement(message, record.event);
        // What the log does not say was disposed of is parked, whatever it looks like now, under another window say.
        if (!this.#summary.disposed.has(record.offset)) {
          message.parked.push({ event: record.event, offset: record.offset, appendTime });
        }
        return;
      }
    }
  }

  /**
   * The state to go on from. Throws where count or XOR of the parked offsets differ from the last commit's: then the
   * inputs are not those that were committed, and guessing would lose or double engagement.
   */
  finish(): TaskStart {
    const { last } = this.#summary;
    const parked = new OffsetChecksum();
    for (const [id, begins] of this.#summary.written) {
      for (const beganAt of begins) {
        const message = messageAt(this.#store.get(id), beganAt, Infinity);
        if (message) message.rowWritten = true;
      }
    }
    for (const message of this.#store.all()) {
      message.closed = message.rowWritten && message.outcome !== null;
      for (const { offset } of message.parked) parked.add(offset);
    }
    assert(
      parked.count === (last?.parked_count ?? 0) && parked.xor === (last?.parked_xor ?? 0),
      `the replayed inputs leave ${parked.count} parked engagements where the last commit has ${last?.parked_count ?? 0}; input topics or join log were changed`,
    );
    const counters: Counters = last?.counters ?? zeroCounters();
    return {
      store: this.#store,
      nextOffsets: this.to,
      taskTime: last?.task_time ?? 0,
      counters,
      lastAppendTimes: this.#lastAppendTimes,
    };
  }

  /** As the running task does: a record beyond its message's window begins a new message. */
  #messageOf(
    { input, offset, event: { message_id: id } }: InputEvent & { offset: number },
    appendTime: number,
  ): Message {
    const reader = this.#summary.windows.findLast(({ from }) => from[input] <= offset);
    const newest = this.#store.get(id);
    const known = messageAt(newest, appendTime, reader?.windowMs ?? this.#settings.windowMs);
    if (known) {
      known.firstAppendAt = Math.min(known.firstAppendAt, appendTime);
      return known;
    }
    const message = createMessage(id, appendTime, newest ?? null);
    this.#store.put(message);
    return message;
  }
}
