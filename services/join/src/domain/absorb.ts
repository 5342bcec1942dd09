import { deliveryField, engagementField, sendField, type EventView } from "@antedate/schemas/model";
import { deferred, expired } from "./codes.ts";
import type { SettingsLookup } from "./settings.ts";
import { copyBytes } from "./state/byte-writer.ts";
import { linkAttempt, outcomeCode, routeOf, storeAttempt, type AttemptValues } from "./state/attempts.ts";
import type { MessageTable } from "./state/message-table.ts";
import { flag } from "./state/slab.ts";
import { routeWord, sendDomainWord, senderWord, waitsOf } from "./state/words.ts";

// How a record changes what is known of its message. The running task and its recovery share these, so that a replay
// ends in the same state. None of them looks at task time.

export type Absorbed = "applied" | "duplicate" | "late" | "contradicted";

const hashBytesMax = 16;
/** Kinds of engagement are 0 to 3 in identities. */
const deliveryKind = 4;

/** The first send of a message counts; one that comes after the row still serves later engagement. */
export function absorbSend(table: MessageTable, message: number, view: EventView, appendTime: number): Absorbed {
  if (table.isSet(message, flag.send)) return "duplicate";
  const slab = table.slabOf(message);
  const sentAt = view.number[sendField.occurred_at] as number;
  table.putSend(message, senderWord(slab, view), sendDomainWord(slab, view), sentAt, appendTime);
  // A longer hash is cut, a shorter one filled up with zeros, as FixedString(16) would.
  const start = view.start[sendField.recipient_hash] as number;
  const length = Math.min(hashBytesMax, view.length[sendField.recipient_hash] as number);
  copyBytes(view.data, start, start + length, slab.data, table.recipientHashAt(message));
  return table.isSet(message, flag.closed) ? "late" : "applied";
}

/**
 * Attempts count up to the outcome in the order of the partition, and deferrals for `settle` more by append time. The
 * first terminal record is the outcome; another one changes nothing.
 */
export function absorbDelivery(
  table: MessageTable,
  message: number,
  view: EventView,
  appendTime: number,
  settings: SettingsLookup,
): Absorbed {
  if (!seeEvent(table, message, deliveryKind, view, deliveryField.event_id)) return "duplicate";
  const result = view.number[deliveryField.outcome] as number;
  const outcome = table.outcome(message);
  if (outcome === 0) {
    const attempt = readAttempt(table, message, view);
    if (result !== expired) linkAttempt(table, message, attempt);
    if (result !== deferred) table.setOutcome(message, attempt, appendTime);
    return "applied";
  }
  const slab = table.slabOf(message);
  if (result !== deferred) return result === outcomeCode(slab.attempts, outcome) ? "late" : "contradicted";
  const { settleMs } = waitsOf(slab, routeOf(slab.attempts, outcome), settings);
  const isLate = settleMs === 0 || appendTime > table.outcomeAppendedAt(message) + settleMs;
  if (isLate || table.isSet(message, flag.closed)) return "late";
  linkAttempt(table, message, readAttempt(table, message, view));
  return "applied";
}

/** Whether the engagement is a new one. */
export function absorbEngagement(table: MessageTable, message: number, view: EventView): Absorbed {
  const kind = view.number[engagementField.kind] as number;
  return seeEvent(table, message, kind, view, engagementField.event_id) ? "applied" : "duplicate";
}

/** An event's identity is (kind of record or engagement, message, event ID). False where it was seen. */
function seeEvent(table: MessageTable, message: number, kind: number, view: EventView, field: number): boolean {
  return table.see(message, kind, view.data, view.start[field] as number, view.length[field] as number);
}

const values: AttemptValues = { occurredAt: 0, startedAt: 0, outcome: 0, stage: 0, route: 0 };

function readAttempt(table: MessageTable, message: number, view: EventView): number {
  values.occurredAt = view.number[deliveryField.occurred_at] as number;
  values.startedAt = plausibleStart(view.number[deliveryField.started_at] as number, values.occurredAt);
  values.outcome = view.number[deliveryField.outcome] as number;
  values.stage = view.number[deliveryField.stage] as number;
  values.route = routeWord(table.slabOf(message), view);
  return storeAttempt(table, message, values);
}

const earliestStart = 946_684_800_000;
const attemptMsMax = 86_400_000;

/** A start that lies after the reply, more than a day before it, or before 2000 is a broken one: not known. */
function plausibleStart(startedAt: number, occurredAt: number): number {
  const isPlausible = startedAt <= occurredAt && startedAt >= earliestStart && startedAt >= occurredAt - attemptMsMax;
  return isPlausible ? startedAt : Number.NaN;
}
