import {
  attemptAt,
  lastAttemptOf,
  nextBelow,
  occurredAt,
  Outcome,
  outcomeCode,
  outcomeOf,
  routeOf,
  Stage,
  stageCode,
  startedAt,
} from "./attempts";
import { cellAt, slabOf } from "./cells";
import { hostOf, precisionOf } from "./routes";
import { Cell, Flag, Slab } from "./slab";
import { outcomeAppendedAt, sendAppendedAt } from "./table";
import { waitsAt } from "./words";

// What rows say of one message, unpacked from its cell.

export let cell: usize = 0;
export let slab: Slab = changetype<Slab>(0);
/** The attempt with the highest ordinal; 0 without one. */
export let lastAttempt: i32 = 0;
export let attemptCount: i32 = 0;
/** Ordinal of the acceptance among the attempts, 1 the first; 0 without one. */
export let acceptedOrdinal: i32 = 0;
export let deferrals: i32 = 0;
/** Deferrals after the content was sent. */
export let contentDeferrals: i32 = 0;
/** The largest precision among the attempts, ms. */
export let attemptPrecisionMs: f64 = 0;
/** Start of the first attempt, its reply where that is not known; NaN without an attempt. */
export let firstAttemptAt: f64 = 0;
export let hasSend: bool = false;
export let sendAppended: f64 = 0;
/** −1 without an outcome. */
export let outcome: i32 = -1;
export let outcomeAt: f64 = 0;
export let outcomePrecisionMs: f64 = 0;
/** Route of the outcome, else of the first attempt; −1 without either. */
export let route: i32 = -1;
/** Word of the host that gave the outcome, else of the latest that an attempt names; −1 without one. */
export let host: i32 = -1;
/** Until when a send serves the message's row: `send_hold` after the outcome, or the window's end. */
export let rowDueAt: f64 = Infinity;

export function loadFacts(ref: i32): void {
  cell = cellAt(ref);
  slab = slabOf(ref);
  hasSend = (load<i32>(cell, Cell.flags) & Flag.send) != 0;
  sendAppended = hasSend ? sendAppendedAt(cell) : Infinity;
  loadAttempts();
  const given = outcomeOf(slab, cell);
  if (given == 0) {
    outcome = -1;
    rowDueAt = Infinity;
    return;
  }
  route = routeOf(given);
  outcome = outcomeCode(given);
  outcomeAt = occurredAt(given);
  outcomePrecisionMs = precisionOf(slab, route);
  const own = hostOf(slab, route);
  if (own >= 0) host = own;
  rowDueAt = outcomeAppendedAt(cell) + load<f64>(waitsAt(slab, route), 8);
}

/** Anything that makes a row: a send, an attempt or an outcome. */
export function hasRow(): bool {
  return hasSend || route >= 0;
}

function loadAttempts(): void {
  lastAttempt = lastAttemptOf(slab, cell);
  attemptCount = 0;
  acceptedOrdinal = 0;
  deferrals = 0;
  contentDeferrals = 0;
  attemptPrecisionMs = 0;
  firstAttemptAt = NaN;
  route = -1;
  host = -1;
  let after = -1;
  for (let name = lastAttempt; name != 0; attemptCount++) {
    const attempt = attemptAt(slab, name);
    const result = outcomeCode(attempt);
    // The last one that is seen here is the first attempt.
    route = routeOf(attempt);
    if (host < 0) host = hostOf(slab, route);
    attemptPrecisionMs = max<f64>(attemptPrecisionMs, precisionOf(slab, route));
    if (result == Outcome.deferred) {
      deferrals++;
      if (stageCode(attempt) == Stage.endOfData) contentDeferrals++;
    }
    if (result == Outcome.accepted) after = attemptCount;
    name = nextBelow(attempt);
    if (name == 0) {
      const began = startedAt(attempt);
      firstAttemptAt = isNaN(began) ? occurredAt(attempt) : began;
    }
  }
  if (after >= 0) acceptedOrdinal = attemptCount - after;
}
