import {
  attemptAt,
  nextBelow,
  occurredAt,
  Outcome,
  outcomeCode,
  routeOf,
  Stage,
  stageCode,
  startedAt,
} from "./attempts";
import {
  acceptedOrdinal,
  attemptCount,
  attemptPrecisionMs,
  host,
  lastAttempt,
  outcome,
  outcomeAt,
  outcomePrecisionMs,
  slab,
} from "./facts";
import { precisionOf } from "./routes";
import { bandAt } from "./words";

/** How far the clocks of two machines may differ, ms. */
let clockToleranceMs: f64 = 0;

export function setClockTolerance(ms: f64): void {
  clockToleranceMs = ms;
}

// Places in the vocabulary.
const preAcceptance = 0;
const nearAcceptance = 1;
const postDelivery = 2;
const neverAccepted = 3;
const unknownClass = 4;

/** What came of `classify`: a place in the classes; engagement time − acceptance time, NaN without one; whether it is uncertain. */
export let engagementClass: i32 = 0;
export let deltaMs: f64 = 0;
export let isUncertain: bool = false;

/**
 * Classes an engagement against the acceptance of the message whose facts are loaded (design §4.3). `domain` is the word of
 * the receiving domain, −1 for none.
 */
export function classify(at: f64, precisionMs: f64, domain: i32): void {
  if (outcome != Outcome.accepted) {
    engagementClass = outcome < 0 ? unknownClass : neverAccepted;
    deltaMs = NaN;
    isUncertain = false;
    return;
  }
  const band = bandAt(slab, domain, host);
  // How far the two stamps may be apart from what happened.
  const slackMs = precisionMs + outcomePrecisionMs + clockToleranceMs;
  // Closer than the slack, before and after cannot be told apart: the near band is never narrower on that side.
  const beforeMs = max(load<f64>(band), slackMs);
  const afterMs = load<f64>(band, 8);
  deltaMs = at - outcomeAt;
  engagementClass = classAt(deltaMs, beforeMs, afterMs);
  isUncertain =
    classAt(deltaMs - slackMs, beforeMs, afterMs) != engagementClass ||
    classAt(deltaMs + slackMs, beforeMs, afterMs) != engagementClass;
}

function classAt(delta: f64, beforeMs: f64, afterMs: f64): i32 {
  if (delta < -beforeMs) return preAcceptance;
  return delta <= afterMs ? nearAcceptance : postDelivery;
}

// Places in the vocabulary, which are in the order of the rules.
const afterAcceptance = 0;
const inTransaction = 1;
const afterDeferral = 2;
const afterRejection = 3;
const unknownExposure = 4;
const notExposed = 5;

/** What came of `expose`: a place in the exposures, and the ordinal of the attempt it hangs on, 0 for none. */
export let exposure: i32 = 0;
export let exposedAttempt: i32 = 0;

/**
 * How a machine could have read the message whose facts are loaded before the engagement: the first rule of design §4.3
 * that applies, and the latest attempt for which it does.
 */
export function expose(at: f64, precisionMs: f64): void {
  if (acceptedOrdinal > 0 && at >= outcomeAt) {
    exposure = afterAcceptance;
    exposedAttempt = acceptedOrdinal;
    return;
  }
  exposure = notExposed;
  exposedAttempt = 0;
  const ownSlackMs = precisionMs + clockToleranceMs;
  // Before an attempt whose reply is that old no reply is later: nothing was in transaction.
  const settledAt = at - ownSlackMs - attemptPrecisionMs;
  let ordinal = attemptCount;
  for (let name = lastAttempt; name != 0; ordinal--) {
    const attempt = attemptAt(slab, name);
    const rule = ruleOf(at, ownSlackMs, attempt);
    if (rule < exposure) {
      exposure = rule;
      exposedAttempt = ordinal;
    }
    // None below can do better; one message may have thousands, and as many engagements.
    if (exposure == inTransaction || (exposure == afterDeferral && occurredAt(attempt) < settledAt)) return;
    name = nextBelow(attempt);
  }
}

/** How long before its reply an attempt may have begun where its source does not say, ms. */
const transactionMs: f64 = 30_000;

/** The first rule that holds for the attempt. */
function ruleOf(at: f64, ownSlackMs: f64, attempt: usize): i32 {
  const replyAt = occurredAt(attempt);
  const result = outcomeCode(attempt);
  const stage = stageCode(attempt);
  if (result == Outcome.accepted || stage == Stage.endOfData || stage == Stage.unknown) {
    const slackMs = ownSlackMs + precisionOf(slab, routeOf(attempt));
    const started = startedAt(attempt);
    const began = isNaN(started) ? replyAt - transactionMs : started;
    if (at >= began - slackMs && at <= replyAt + slackMs) return inTransaction;
  }
  if (at <= replyAt) return notExposed;
  if (stage == Stage.endOfData && result == Outcome.deferred) return afterDeferral;
  if (stage == Stage.endOfData && result == Outcome.bounced) return afterRejection;
  return stage == Stage.unknown ? unknownExposure : notExposed;
}
