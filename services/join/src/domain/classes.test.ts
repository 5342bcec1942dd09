import type { EngagementRow } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime } from "../../../../test/support/events.ts";
import { defaultSettings, type NearBand } from "./settings.ts";

const band = { nearBeforeMs: 5_000, nearAfterMs: 60_000 };

/** An acceptance with a precision of 1 ms, and a tolerance of a second. */
function at(deltaMs: number, precisionMs = 1, own = band) {
  return classified(deltaMs, [precisionMs, 1, 1_000], own);
}

/** The slack is made of the precisions of the engagement and of the acceptance, and of the tolerance. */
function classified(deltaMs: number, [own, acceptance, clockToleranceMs]: [number, number, number], near: NearBand) {
  const task = freshTask({ ...defaultSettings, ...near, clockToleranceMs, sendHoldMs: 0 });
  const delivery = deliveryEvent({ precision_ms: acceptance });
  const engagement = engagementEvent({ occurred_at: eventTime + deltaMs, precision_ms: own });
  task.apply({ input: "deliveries", event: delivery, offset: 0, appendTime: eventTime });
  task.apply({ input: "engagements", event: engagement, offset: 0, appendTime: eventTime });
  const row = task.takePieces()[0]?.engagements[0] as EngagementRow;
  return { class: row.class, deltaMs: row.delta_ms, uncertain: row.uncertain };
}

test("the near band holds both its ends", () => {
  expect([-5_001, -5_000, 0, 60_000, 60_001].map((delta) => at(delta).class)).toEqual([
    "pre_acceptance",
    "near_acceptance",
    "near_acceptance",
    "near_acceptance",
    "post_delivery",
  ]);
});

test("delta is the engagement's time less the acceptance's", () => {
  expect(at(-7_200_000).deltaMs).toBe(-7_200_000);
});

test("near_before is never smaller than both precisions and the tolerance", () => {
  const narrow = { nearBeforeMs: 0, nearAfterMs: 0 };
  // 1000 + 1 + 1000 ms of slack.
  expect(at(-2_001, 1_000, narrow).class).toBe("near_acceptance");
  expect(at(-2_002, 1_000, narrow).class).toBe("pre_acceptance");
});

test("what the slack could put on the other side of a boundary is uncertain", () => {
  // The slack is 1 + 1 + 1000 ms.
  expect([-6_003, -6_002, -5_001, -3_999, -3_998].map((delta) => at(delta).uncertain)).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  expect([58_998, 58_999, 60_001, 61_002, 61_003].map((delta) => at(delta).uncertain)).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("both precisions and the tolerance widen the near band before the acceptance only as far as it is narrower", () => {
  // 1000 + 1 + 1000 ms of slack are less than near_before.
  expect(at(-5_000, 1_000).class).toBe("near_acceptance");
  expect(at(-5_001, 1_000).class).toBe("pre_acceptance");
  const classed = (deltaMs: number) => classified(deltaMs, [4_000, 4_000, 1_000], band).class;
  expect([-9_001, -9_000].map(classed)).toEqual(["pre_acceptance", "near_acceptance"]);
});

test("near_after is not widened: what lies beyond it is post_delivery, uncertain within the slack", () => {
  const none = { nearBeforeMs: 0, nearAfterMs: 0 };
  expect([0, 1].map((delta) => at(delta, 1_000, none).class)).toEqual(["near_acceptance", "post_delivery"]);
  expect([1, 2_001, 2_002].map((delta) => at(delta, 1_000, none).uncertain)).toEqual([true, true, false]);
});

test("where the slack reaches over the whole near band, the class on its far side counts too", () => {
  const none = { nearBeforeMs: 0, nearAfterMs: 0 };
  expect(classified(-4_500, [3_000, 1_000, 500], none)).toEqual({
    class: "near_acceptance",
    deltaMs: -4_500,
    uncertain: true,
  });
});
