import type { EngagementClass } from "@antedate/schemas/model";
import type { NearBand } from "./settings.ts";

/** An instant as its source stamped it. */
export interface Stamp {
  occurredAt: number;
  precisionMs: number;
}

export interface Classified {
  class: EngagementClass;
  /** Engagement time − acceptance time; null without an acceptance. */
  deltaMs: number | null;
  uncertain: boolean;
}

/** How far two stamps may be apart from what happened, ms: both precisions and the clocks' tolerance. */
export function slackMs(a: Stamp, b: Stamp, clockToleranceMs: number): number {
  return a.precisionMs + b.precisionMs + clockToleranceMs;
}

/** Classes an engagement against the acceptance of its message (design §4.3). */
export function classifyAccepted(
  engagement: Stamp,
  acceptance: Stamp,
  band: NearBand,
  clockToleranceMs: number,
): Classified {
  const deltaMs = engagement.occurredAt - acceptance.occurredAt;
  const slack = slackMs(engagement, acceptance, clockToleranceMs);
  // Closer than the slack, before and after cannot be told apart: the near band is never narrower on that side.
  const nearBefore = Math.max(band.nearBeforeMs, slack);
  const at = (delta: number): EngagementClass =>
    delta < -nearBefore ? "pre_acceptance" : delta <= band.nearAfterMs ? "near_acceptance" : "post_delivery";
  const ownClass = at(deltaMs);
  return { class: ownClass, deltaMs, uncertain: at(deltaMs - slack) !== ownClass || at(deltaMs + slack) !== ownClass };
}
