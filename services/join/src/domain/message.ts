import type { Delivery, Engagement, MessageOutcome, Send } from "@antedate/schemas/model";
import type { Attempt } from "./exposure.ts";

/** The send as rows need it. */
export type SendFacts = Pick<
  Send,
  "tenant" | "campaign" | "occurred_at" | "recipient_domain" | "recipient_hash" | "source"
>;

/** An attempt with what rows take from its record. */
export interface AttemptFacts extends Attempt {
  tenant: string;
  source: string;
  recipientDomain: string;
  mxHost: string | null;
}

/** The first terminal delivery record of a message, in the order of its partition. */
export interface OutcomeFacts {
  outcome: Exclude<MessageOutcome, "unknown">;
  occurredAt: number;
  precisionMs: number;
  tenant: string;
  source: string;
  recipientDomain: string;
  mxHost: string | null;
  appendTime: number;
  /** The attempt that the record is; null for `expired`, which is none. */
  attempt: AttemptFacts | null;
}

export interface ParkedEngagement {
  event: Engagement;
  offset: number;
  appendTime: number;
}

/** All that a task knows of one message while its window is open. */
export interface Message {
  readonly id: string;
  /** Smallest append time of its records; the window runs from here. */
  firstAppendAt: number;
  send: SendFacts | null;
  /** Append time of the send's record. */
  sendAppendedAt: number;
  /** Sorted by (occurred_at, partition order): a place in it is an ordinal. Final once the message is closed. */
  attempts: AttemptFacts[];
  outcome: OutcomeFacts | null;
  /** Outcome and send (or their waits) are there: engagement is decided as it comes. */
  closed: boolean;
  /** Its row is in the join log. */
  rowWritten: boolean;
  /** Identities of its records: kind of record or engagement, then event ID. */
  readonly seen: Set<string>;
  parked: ParkedEngagement[];
  /** The message of the same ID whose window ended before this one's began, as long as that is not decided. */
  previous: Message | null;
  /** Dropped from the store; timers that still name it skip it. */
  gone: boolean;
}

export function createMessage(id: string, appendTime: number, previous: Message | null = null): Message {
  return {
    id,
    firstAppendAt: appendTime,
    send: null,
    sendAppendedAt: Infinity,
    attempts: [],
    outcome: null,
    closed: false,
    rowWritten: false,
    seen: new Set(),
    parked: [],
    previous,
    gone: false,
  };
}

/**
 * The message that a record belongs to, by its append time alone: inputs may lag behind each other around the end of a
 * window. Null where it begins a new message; lowers the begin of the one it belongs to where it is older.
 */
export function messageAt(newest: Message | undefined, appendTime: number, windowMs: number): Message | null {
  if (newest === undefined || appendTime > newest.firstAppendAt + windowMs) return null;
  const { previous } = newest;
  if (appendTime < newest.firstAppendAt && previous && !previous.gone) {
    const older = messageAt(previous, appendTime, windowMs);
    if (older) return older;
  }
  return newest;
}

/** A message has a row if it has a send or a delivery; engagement alone makes none. */
export function hasRow(message: Message): boolean {
  return message.send !== null || message.outcome !== null || message.attempts.length > 0;
}

/**
 * The send for a row that is due at `dueAt`, in append time: one that was appended later does not serve it, even where it
 * happened to be read before.
 */
export function sendFor(message: Message, dueAt: number): SendFacts | null {
  return message.sendAppendedAt <= dueAt ? message.send : null;
}

const earliestStart = 946_684_800_000;

/** A delivery record as an attempt. A start that lies after the reply or before 2000 is a broken one: not known. */
export function toAttempt(delivery: Delivery): AttemptFacts {
  const { started_at: startedAt, outcome } = delivery;
  const plausible = startedAt !== null && startedAt <= delivery.occurred_at && startedAt >= earliestStart;
  return {
    occurredAt: delivery.occurred_at,
    precisionMs: Math.max(0, delivery.precision_ms),
    startedAt: plausible ? startedAt : null,
    outcome: outcome as AttemptFacts["outcome"],
    stage: delivery.stage,
    tenant: delivery.tenant,
    source: delivery.source,
    recipientDomain: delivery.recipient_domain,
    mxHost: delivery.mx_host,
  };
}

/** A terminal delivery record as its message's outcome; `attempt` is the attempt that it is, null for `expired`. */
export function toOutcome(
  delivery: Delivery,
  outcome: OutcomeFacts["outcome"],
  appendTime: number,
  attempt: AttemptFacts | null,
): OutcomeFacts {
  return {
    outcome,
    occurredAt: delivery.occurred_at,
    precisionMs: Math.max(0, delivery.precision_ms),
    tenant: delivery.tenant,
    source: delivery.source,
    recipientDomain: delivery.recipient_domain,
    mxHost: delivery.mx_host,
    appendTime,
    attempt,
  };
}

/** Keeps attempts in the order of their ordinals; of equal times the one read first comes first. */
export function insertAttempt(attempts: AttemptFacts[], attempt: AttemptFacts): void {
  const after = attempts.findLastIndex((other) => other.occurredAt <= attempt.occurredAt);
  attempts.splice(after + 1, 0, attempt);
}
