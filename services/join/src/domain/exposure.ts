import type { DeliveryOutcome, Exposure, Stage } from "@antedate/schemas/model";
import { slackMs, type Stamp } from "./classify.ts";

/** An SMTP attempt as exposure needs it; an `expired` record is none. */
export interface Attempt extends Stamp {
  startedAt: number | null;
  outcome: Exclude<DeliveryOutcome, "expired">;
  stage: Stage;
}

export interface Exposed {
  exposure: Exposure;
  /** Ordinal of the attempt it hangs on, 1 the first. */
  attempt: number | null;
}

/** How long before its reply an attempt may have begun where its source does not say, ms. */
const transactionMs = 30_000;

/**
 * How a machine could have read the message before the engagement: the first rule of design §4.3 that applies, and the
 * latest attempt for which it does. `attempts` are in the order of their ordinals; `acceptedIndex` is that of the
 * acceptance among them, −1 without one.
 */
export function exposureOf(
  engagement: Stamp,
  attempts: readonly Attempt[],
  acceptedIndex: number,
  clockToleranceMs: number,
): Exposed {
  const acceptance = attempts[acceptedIndex];
  if (acceptance && engagement.occurredAt >= acceptance.occurredAt) {
    return { exposure: "after_acceptance", attempt: acceptedIndex + 1 };
  }
  const latest = (holds: (attempt: Attempt) => boolean): number => attempts.findLastIndex(holds) + 1;
  const rules: [Exposure, (attempt: Attempt) => boolean][] = [
    ["in_transaction", (attempt) => isInTransaction(engagement, attempt, clockToleranceMs)],
    ["after_deferral", (attempt) => isAfter(engagement, attempt) && hadContent(attempt, "deferred")],
    ["after_rejection", (attempt) => isAfter(engagement, attempt) && hadContent(attempt, "bounced")],
    ["unknown", (attempt) => isAfter(engagement, attempt) && attempt.stage === "unknown"],
  ];
  for (const [exposure, holds] of rules) {
    const ordinal = latest(holds);
    if (ordinal > 0) return { exposure, attempt: ordinal };
  }
  return { exposure: "not_exposed", attempt: null };
}

function isInTransaction(engagement: Stamp, attempt: Attempt, clockToleranceMs: number): boolean {
  const mayHaveSent = attempt.outcome === "accepted" || attempt.stage === "end_of_data" || attempt.stage === "unknown";
  if (!mayHaveSent) return false;
  const slack = slackMs(engagement, attempt, clockToleranceMs);
  const began = attempt.startedAt ?? attempt.occurredAt - transactionMs;
  return engagement.occurredAt >= began - slack && engagement.occurredAt <= attempt.occurredAt + slack;
}

function isAfter(engagement: Stamp, attempt: Attempt): boolean {
  return engagement.occurredAt > attempt.occurredAt;
}

function hadContent(attempt: Attempt, outcome: Attempt["outcome"]): boolean {
  return attempt.outcome === outcome && attempt.stage === "end_of_data";
}
