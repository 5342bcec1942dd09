import { linkAttempt, Outcome, outcomeCode, outcomeOf, putOutcome, routeOf, storeAttempt } from "./attempts";
import { cellAt, slabOf } from "./cells";
import { copyBytes } from "./bytes";
import { firstAppendAtOf, setSendOccurredAt, setSendWords } from "./cell-fields";
import { Cell, Flag, Slab } from "./slab";
import { deltaOf, outcomeAppendedAt, seeIdentity } from "./table";
import { Delivery, Entry, fieldLength, fieldNumber, fieldStart, selectedEntry, Send } from "./view";
import { routeWord, senderWord, sendDomainWord, waitsAt } from "./words";

// How a record changes what is known of its message. The running task and its recovery share these, so that a replay ends in
// the same state. None of them looks at task time.

export namespace Absorbed {
  export const applied: i32 = 0;
  export const duplicate: i32 = 1;
  export const late: i32 = 2;
  export const contradicted: i32 = 3;
}

const hashBytesMax = 16;

/** The first send of a message counts; one that comes after the row still serves later engagement. */
export function absorbSend(ref: i32, appendTime: f64): i32 {
  const cell = cellAt(ref);
  const flags = load<i32>(cell, Cell.flags);
  if ((flags & Flag.send) != 0) return Absorbed.duplicate;
  const slab = slabOf(ref);
  setSendWords(cell, senderWord(slab), sendDomainWord(slab));
  store<i32>(cell, flags | Flag.send, Cell.flags);
  setSendOccurredAt(cell, fieldNumber(Send.occurred_at));
  store<u32>(cell, deltaOf(appendTime - firstAppendAtOf(cell)), Cell.sendAppended);
  // A longer hash is cut, a shorter one filled up with zeros, as FixedString(16) would.
  const length = min(hashBytesMax, fieldLength(Send.recipient_hash));
  copyBytes(cell + Cell.recipientHash, fieldStart(Send.recipient_hash), length);
  return (flags & Flag.closed) != 0 ? Absorbed.late : Absorbed.applied;
}

/**
 * Attempts count up to the outcome in the order of the partition, and deferrals for `settle` more by append time. The first
 * terminal record is the outcome; another one changes nothing.
 */
export function absorbDelivery(ref: i32, appendTime: f64): i32 {
  if (!seeSelected(ref)) return Absorbed.duplicate;
  const cell = cellAt(ref);
  const slab = slabOf(ref);
  const result = <i32>fieldNumber(Delivery.outcome);
  const given = outcomeOf(slab, cell);
  if (given == 0) {
    const name = readAttempt(slab, result);
    if (result == Outcome.expired) putOutcome(slab, cell, name);
    else linkAttempt(slab, cell, name);
    if (result != Outcome.deferred) {
      store<u32>(cell, deltaOf(appendTime - firstAppendAtOf(cell)), Cell.outcomeAppended);
    }
    return Absorbed.applied;
  }
  if (result != Outcome.deferred) return result == outcomeCode(given) ? Absorbed.late : Absorbed.contradicted;
  const settleMs = load<f64>(waitsAt(slab, routeOf(given)));
  const isLate = settleMs == 0 || appendTime > outcomeAppendedAt(cell) + settleMs;
  if (isLate || (load<i32>(cell, Cell.flags) & Flag.closed) != 0) return Absorbed.late;
  linkAttempt(slab, cell, readAttempt(slab, result));
  return Absorbed.applied;
}

/** Whether the engagement is a new one. */
export function absorbEngagement(ref: i32): i32 {
  return seeSelected(ref) ? Absorbed.applied : Absorbed.duplicate;
}

function seeSelected(ref: i32): bool {
  const entry = selectedEntry();
  return seeIdentity(ref, load<i32>(entry, Entry.identity), load<i32>(entry, Entry.identity + 4));
}

function readAttempt(slab: Slab, outcome: i32): i32 {
  const occurredAt = fieldNumber(Delivery.occurred_at);
  const startedAt = plausibleStart(fieldNumber(Delivery.started_at), occurredAt);
  return storeAttempt(slab, occurredAt, startedAt, outcome, <i32>fieldNumber(Delivery.stage), routeWord(slab));
}

const earliestStart: f64 = 946_684_800_000;
const attemptMsMax: f64 = 86_400_000;

/** A start that lies after the reply, more than a day before it, or before 2000 is a broken one: not known. */
function plausibleStart(startedAt: f64, occurredAt: f64): f64 {
  const isPlausible = startedAt <= occurredAt && startedAt >= earliestStart && startedAt >= occurredAt - attemptMsMax;
  return isPlausible ? startedAt : NaN;
}
