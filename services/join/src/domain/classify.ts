import { classes, type EngagementClass } from "@antedate/schemas/model";
import type { NearBand } from "./settings.ts";

/** Filled anew for each engagement, as nothing is made per record. */
export interface Classified {
  /** Place in `classes`. */
  class: number;
  /** Engagement time − acceptance time; NaN without an acceptance. */
  deltaMs: number;
  uncertain: boolean;
}

export function classCode(name: EngagementClass): number {
  return classes.indexOf(name);
}

const preAcceptance = classCode("pre_acceptance");
const nearAcceptance = classCode("near_acceptance");
const postDelivery = classCode("post_delivery");

/**
 * Classes an engagement against the acceptance of its message (design §4.3). `slackMs` is how far the two stamps may be
 * apart from what happened: both precisions and the clocks' tolerance.
 */
export function classifyAccepted(deltaMs: number, slackMs: number, band: NearBand, to: Classified): void {
  // Closer than the slack, before and after cannot be told apart: the near band is never narrower on that side.
  const nearBefore = Math.max(band.nearBeforeMs, slackMs);
  const own = classAt(deltaMs, nearBefore, band.nearAfterMs);
  to.class = own;
  to.deltaMs = deltaMs;
  to.uncertain =
    classAt(deltaMs - slackMs, nearBefore, band.nearAfterMs) !== own ||
    classAt(deltaMs + slackMs, nearBefore, band.nearAfterMs) !== own;
}

function classAt(deltaMs: number, nearBeforeMs: number, nearAfterMs: number): number {
  if (deltaMs < -nearBeforeMs) return preAcceptance;
  return deltaMs <= nearAfterMs ? nearAcceptance : postDelivery;
}
