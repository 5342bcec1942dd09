import type { Delivery, Engagement, Send } from "@antedate/schemas/model";
import { insertAttempt, toAttempt, toOutcome, type Message } from "./message.ts";
import type { SettingsLookup } from "./settings.ts";

// How a record changes what is known of its message. The running task and its recovery share these, so that a replay
// ends in the same state. None of them looks at task time.

export type Absorbed = "applied" | "duplicate" | "late" | "contradicted";

/** The first send of a message counts; one that comes after the row still serves later engagement. */
export function absorbSend(message: Message, send: Send, appendTime: number): Absorbed {
  if (isRepeat(message, "send", send.event_id) || message.send !== null) return "duplicate";
  message.send = send;
  message.sendAppendedAt = appendTime;
  return message.closed ? "late" : "applied";
}

/**
 * Attempts count up to the outcome in the order of the partition, and deferrals for `settle` more by append time. The
 * first terminal record is the outcome; another one changes nothing.
 */
export function absorbDelivery(
  message: Message,
  delivery: Delivery,
  appendTime: number,
  settings: SettingsLookup,
): Absorbed {
  if (isRepeat(message, "delivery", delivery.event_id)) return "duplicate";
  const { outcome } = message;
  if (outcome === null) {
    const attempt = delivery.outcome === "expired" ? null : toAttempt(delivery);
    if (attempt) insertAttempt(message.attempts, attempt);
    if (delivery.outcome !== "deferred") message.outcome = toOutcome(delivery, delivery.outcome, appendTime, attempt);
    return "applied";
  }
  if (delivery.outcome !== "deferred") return delivery.outcome === outcome.outcome ? "late" : "contradicted";
  const { settleMs } = settings.waitsOf(outcome.source);
  if (message.closed || settleMs === 0 || appendTime > outcome.appendTime + settleMs) return "late";
  insertAttempt(message.attempts, toAttempt(delivery));
  return "applied";
}

/** Whether the engagement is a new one. */
export function absorbEngagement(message: Message, engagement: Engagement): Absorbed {
  return isRepeat(message, engagement.kind, engagement.event_id) ? "duplicate" : "applied";
}

/** An event's identity is (kind of record or engagement, message, event ID). */
function isRepeat(message: Message, kind: string, eventId: string): boolean {
  const identity = `${kind} ${eventId}`;
  if (message.seen.has(identity)) return true;
  message.seen.add(identity);
  return false;
}
