import type { Delivery, Engagement, EngagementClass, Exposure } from "@antedate/schemas/model";
import type { Thresholds } from "./thresholds.ts";

// What the join must say of what was emitted, told from the contract (design §4.3) and not by the join's own code, so that
// the two can be held against each other.

/** A delivery record that was not lost, and when its first copy was appended. */
export interface Emitted {
  record: Delivery;
  appendAt: number;
}

export interface Evidence {
  /** The record that decides the message, null where it was lost or never came. */
  outcome: Delivery | null;
  /** Attempts by their ordinals. */
  attempts: Delivery[];
}

export interface Expectation {
  class: EngagementClass;
  exposure: Exposure;
  exposedAttempt: number | null;
}

/** What counts of a message's delivery records: all up to the first final one, and deferrals for `settleMs` more. */
export function evidenceOf(emitted: readonly Emitted[], settleMs: number): Evidence {
  const inOrder = emitted.toSorted((a, b) => a.appendAt - b.appendAt);
  const end = inOrder.findIndex(({ record }) => record.outcome !== "deferred");
  const final = inOrder[end];
  const counts = ({ record, appendAt }: Emitted, index: number): boolean => {
    if (record.outcome === "expired") return false;
    if (final === undefined || index <= end) return true;
    return record.outcome === "deferred" && settleMs > 0 && appendAt <= final.appendAt + settleMs;
  };
  const attempts = inOrder.filter(counts).map(({ record }) => record);
  return { outcome: final?.record ?? null, attempts: attempts.toSorted((a, b) => a.occurred_at - b.occurred_at) };
}

export function expectationOf(engagement: Engagement, evidence: Evidence, thresholds: Thresholds): Expectation {
  return { class: classOf(engagement, evidence, thresholds), ...exposureOf(engagement, evidence, thresholds) };
}

function classOf(engagement: Engagement, { outcome }: Evidence, thresholds: Thresholds): EngagementClass {
  if (outcome === null) return "unknown";
  if (outcome.outcome !== "accepted") return "never_accepted";
  const before = Math.max(thresholds.nearBeforeMs, doubtMs(engagement, outcome, thresholds));
  if (engagement.occurred_at < outcome.occurred_at - before) return "pre_acceptance";
  if (engagement.occurred_at > outcome.occurred_at + thresholds.nearAfterMs) return "post_delivery";
  return "near_acceptance";
}

/** The strongest way a machine could have read the message that any attempt gives, of equal ones the latest. */
function exposureOf(
  engagement: Engagement,
  { attempts }: Evidence,
  thresholds: Thresholds,
): Omit<Expectation, "class"> {
  let best = strength.length;
  let exposedAttempt: number | null = null;
  for (const [index, attempt] of attempts.entries()) {
    const found = strength.indexOf(givenBy(attempt, engagement, thresholds));
    if (found <= best && found < strength.length - 1) {
      best = found;
      exposedAttempt = index + 1;
    }
  }
  return { exposure: strength[best] ?? "not_exposed", exposedAttempt };
}

/** Strongest first. */
const strength: readonly Exposure[] = [
  "after_acceptance",
  "in_transaction",
  "after_deferral",
  "after_rejection",
  "unknown",
  "not_exposed",
];

/** How a machine could have read the message by way of this one attempt. */
function givenBy(attempt: Delivery, engagement: Engagement, thresholds: Thresholds): Exposure {
  const { outcome, stage, occurred_at: repliedAt } = attempt;
  const time = engagement.occurred_at;
  if (outcome === "accepted" && time >= repliedAt) return "after_acceptance";
  if (outcome === "accepted" || stage === "end_of_data" || stage === "unknown") {
    const doubt = doubtMs(engagement, attempt, thresholds);
    const startedAt = attempt.started_at ?? repliedAt - 30_000;
    if (time >= startedAt - doubt && time <= repliedAt + doubt) return "in_transaction";
  }
  if (time <= repliedAt) return "not_exposed";
  if (stage === "unknown") return "unknown";
  if (stage !== "end_of_data") return "not_exposed";
  return outcome === "deferred" ? "after_deferral" : "after_rejection";
}

/** How far two stamps may be off each other. */
function doubtMs(engagement: Engagement, delivery: Delivery, { clockToleranceMs }: Thresholds): number {
  return engagement.precision_ms + delivery.precision_ms + clockToleranceMs;
}
