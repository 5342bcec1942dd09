import { accepted, deferred } from "../codes.ts";
import type { AttemptList } from "../exposure.ts";
import type { SettingsLookup } from "../settings.ts";
import { nextBelow, occurredAt, outcomeCode, routeOf, stageCode, startedAt } from "./attempts.ts";
import type { MessageTable } from "./message-table.ts";
import { flag, i32, type Slab } from "./slab.ts";
import { hostOf, precisionOf, waitsOf } from "./words.ts";

/** What rows say of a message, unpacked from its cell. Reused from message to message. */
export class MessageFacts {
  message = -1;
  slab: Slab | null = null;
  readonly attempts: AttemptList = emptyAttempts(16);
  /** Index of the acceptance among the attempts; −1 without one. */
  acceptedIndex = -1;
  deferrals = 0;
  hasSend = false;
  sendAppendedAt = 0;
  /** Place in `outcomes`; −1 without an outcome. */
  outcome = -1;
  outcomeAt = 0;
  outcomePrecisionMs = 0;
  /** Route of the outcome, else of the first attempt; −1 without either. */
  route = -1;
  /** Word of the host that gave the outcome, else of the latest that an attempt names; −1 without one. */
  host = -1;
  /** Until when a send serves the message's row: `send_hold` after the outcome, or the window's end. */
  rowDueAt: number = Infinity;

  load(table: MessageTable, message: number, settings: SettingsLookup): void {
    const slab = table.slabOf(message);
    this.message = message;
    this.slab = slab;
    this.hasSend = table.isSet(message, flag.send);
    this.sendAppendedAt = this.hasSend ? table.sendAppendedAt(message) : Infinity;
    this.#loadAttempts(table, message, slab);
    const attempt = table.outcome(message);
    if (attempt === 0) {
      this.outcome = -1;
      this.rowDueAt = Infinity;
      return;
    }
    const route = routeOf(slab.attempts, attempt);
    this.outcome = outcomeCode(slab.attempts, attempt);
    this.outcomeAt = occurredAt(slab.attempts, attempt);
    this.outcomePrecisionMs = precisionOf(slab, route);
    this.route = route;
    const host = hostOf(slab, route);
    if (host >= 0) this.host = host;
    this.rowDueAt = table.outcomeAppendedAt(message) + waitsOf(slab, route, settings).sendHoldMs;
  }

  /** Anything that makes a row: a send, an attempt or an outcome. */
  get hasRow(): boolean {
    return this.hasSend || this.route >= 0;
  }

  #loadAttempts(table: MessageTable, message: number, slab: Slab): void {
    const list = this.attempts;
    const packed = slab.attempts;
    const last = table.word(message, i32.lastAttempt);
    let count = 0;
    for (let at = last; at !== 0; at = nextBelow(packed, at)) count++;
    if (count > list.occurredAt.length) Object.assign(list, emptyAttempts(2 * count));
    list.count = count;
    this.acceptedIndex = -1;
    this.deferrals = 0;
    this.route = -1;
    this.host = -1;
    const outcome = table.outcome(message);
    let index = count;
    for (let at = last; at !== 0; at = nextBelow(packed, at)) {
      index--;
      const route = routeOf(packed, at);
      const result = outcomeCode(packed, at);
      list.occurredAt[index] = occurredAt(packed, at);
      list.startedAt[index] = startedAt(packed, at);
      list.precisionMs[index] = precisionOf(slab, route);
      list.outcome[index] = result;
      list.stage[index] = stageCode(packed, at);
      if (result === deferred) this.deferrals++;
      if (at === outcome && result === accepted) this.acceptedIndex = index;
      if (this.host < 0) this.host = hostOf(slab, route);
      // The last one that is seen here is the first attempt.
      this.route = route;
    }
  }
}

function emptyAttempts(room: number): AttemptList {
  return {
    count: 0,
    occurredAt: new Float64Array(room),
    precisionMs: new Float64Array(room),
    startedAt: new Float64Array(room),
    outcome: new Uint8Array(room),
    stage: new Uint8Array(room),
  };
}
