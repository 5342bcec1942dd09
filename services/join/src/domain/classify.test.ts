import { expect, test } from "vitest";
import { classifyAccepted } from "./classify.ts";

const band = { nearBeforeMs: 5_000, nearAfterMs: 60_000 };
const acceptance = { occurredAt: 1_000_000, precisionMs: 1 };

function at(deltaMs: number, precisionMs = 1, own = band) {
  return classifyAccepted({ occurredAt: acceptance.occurredAt + deltaMs, precisionMs }, acceptance, own, 1_000);
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
  const coarse = { occurredAt: acceptance.occurredAt, precisionMs: 4_000 };
  const classed = (deltaMs: number): string =>
    classifyAccepted({ occurredAt: coarse.occurredAt + deltaMs, precisionMs: 4_000 }, coarse, band, 1_000).class;
  expect([-9_001, -9_000].map(classed)).toEqual(["pre_acceptance", "near_acceptance"]);
});

test("near_after is not widened: what lies beyond it is post_delivery, uncertain within the slack", () => {
  const none = { nearBeforeMs: 0, nearAfterMs: 0 };
  expect([0, 1].map((delta) => at(delta, 1_000, none).class)).toEqual(["near_acceptance", "post_delivery"]);
  expect([1, 2_001, 2_002].map((delta) => at(delta, 1_000, none).uncertain)).toEqual([true, true, false]);
});

test("where the slack reaches over the whole near band, the class on its far side counts too", () => {
  const none = { nearBeforeMs: 0, nearAfterMs: 0 };
  const result = classifyAccepted(
    { occurredAt: 995_500, precisionMs: 3_000 },
    { occurredAt: 1_000_000, precisionMs: 1_000 },
    none,
    500,
  );
  expect(result).toEqual({ class: "near_acceptance", deltaMs: -4_500, uncertain: true });
});
