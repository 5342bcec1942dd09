import { exposures, type Exposure } from "@antedate/schemas/model";
import { accepted, bounced, deferred, endOfData, unknownStage } from "./codes.ts";

/** A message's SMTP attempts in the order of their ordinals, field by field; an `expired` record is none. */
export interface AttemptList {
  count: number;
  occurredAt: Float64Array;
  precisionMs: Float64Array;
  /** NaN where not known. */
  startedAt: Float64Array;
  /** Places in `outcomes` and `stages`. */
  outcome: Uint8Array;
  stage: Uint8Array;
}

/** Filled anew for each engagement, as nothing is made per record. */
export interface Exposed {
  /** Place in `exposures`. */
  exposure: number;
  /** Ordinal of the attempt it hangs on, 1 the first; 0 for none. */
  attempt: number;
}

const code = (name: Exposure): number => exposures.indexOf(name);
const afterAcceptance = code("after_acceptance");
const notExposed = code("not_exposed");

/** How long before its reply an attempt may have begun where its source does not say, ms. */
const transactionMs = 30_000;

/**
 * How a machine could have read the message before the engagement: the first rule of design §4.3 that applies, and the
 * latest attempt for which it does. `acceptedIndex` is that of the acceptance among the attempts, −1 without one.
 */
export function exposureOf(
  engagement: { occurredAt: number; precisionMs: number },
  attempts: AttemptList,
  acceptedIndex: number,
  clockToleranceMs: number,
  to: Exposed,
): void {
  const at = engagement.occurredAt;
  if (acceptedIndex >= 0 && at >= (attempts.occurredAt[acceptedIndex] as number)) {
    to.exposure = afterAcceptance;
    to.attempt = acceptedIndex + 1;
    return;
  }
  // The rules in their order, each with the latest attempt for which it holds.
  let best = notExposed;
  let ordinal = 0;
  for (let index = attempts.count - 1; index >= 0; index--) {
    const rule = ruleOf(at, engagement.precisionMs + clockToleranceMs, attempts, index);
    if (rule >= best) continue;
    best = rule;
    ordinal = index + 1;
  }
  to.exposure = best;
  to.attempt = ordinal;
}

const inTransaction = code("in_transaction");
const afterDeferral = code("after_deferral");
const afterRejection = code("after_rejection");
const unknown = code("unknown");

/** The first rule that holds for the attempt; the places in `exposures` are in the order of the rules. */
function ruleOf(at: number, ownSlackMs: number, attempts: AttemptList, index: number): number {
  const replyAt = attempts.occurredAt[index] as number;
  const outcome = attempts.outcome[index] as number;
  const stage = attempts.stage[index] as number;
  if (outcome === accepted || stage === endOfData || stage === unknownStage) {
    const slackMs = ownSlackMs + (attempts.precisionMs[index] as number);
    const startedAt = attempts.startedAt[index] as number;
    const began = Number.isNaN(startedAt) ? replyAt - transactionMs : startedAt;
    if (at >= began - slackMs && at <= replyAt + slackMs) return inTransaction;
  }
  if (at <= replyAt) return notExposed;
  if (stage === endOfData && outcome === deferred) return afterDeferral;
  if (stage === endOfData && outcome === bounced) return afterRejection;
  return stage === unknownStage ? unknown : notExposed;
}
