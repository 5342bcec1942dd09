import type { Delivery } from "@antedate/schemas/model";
import { describe, expect, test } from "vitest";
import { deliveryEvent, engagementEvent } from "../../../../test/support/events.ts";
import { evidenceOf, expectationOf } from "./expectation.ts";
import { defaultThresholds } from "./thresholds.ts";

const acceptance = 10_000_000;

const delivery = (own: Partial<Delivery>): Delivery => deliveryEvent({ occurred_at: acceptance, ...own });

const deferred = delivery({ outcome: "deferred", occurred_at: acceptance - 900_000 });

function expected(at: number, deliveries: Delivery[]): unknown[] {
  const engagement = engagementEvent({ occurred_at: at });
  const emitted = deliveries.map((record, index) => ({ record, appendAt: index }));
  const own = expectationOf(engagement, evidenceOf(emitted, 0), defaultThresholds);
  return [own.class, own.exposure, own.exposedAttempt];
}

describe("what must come out", () => {
  test.each([
    ["long after", acceptance + 60_001, ["post_delivery", "after_acceptance", 2]],
    ["just after", acceptance, ["near_acceptance", "after_acceptance", 2]],
    ["in the accepting attempt", acceptance - 20_000, ["pre_acceptance", "in_transaction", 2]],
    ["after the deferral", acceptance - 600_000, ["pre_acceptance", "after_deferral", 1]],
    ["in the deferred attempt", acceptance - 901_000, ["pre_acceptance", "in_transaction", 1]],
    ["before everything", acceptance - 2_000_000, ["pre_acceptance", "not_exposed", null]],
  ])("%s", (_, at, outcome) => {
    expect(expected(at, [deferred, delivery({})])).toEqual(outcome);
  });

  test("without an outcome the class is unknown, and what is known of attempts still counts", () => {
    expect(expected(acceptance, [deferred])).toEqual(["unknown", "after_deferral", 1]);
    expect(expected(acceptance, [])).toEqual(["unknown", "not_exposed", null]);
  });

  test("an expired record ends the message and is no attempt", () => {
    const expired = delivery({ outcome: "expired", stage: "end_of_data" });
    expect(expected(acceptance + 1, [deferred, expired])).toEqual(["never_accepted", "after_deferral", 1]);
  });

  test("the first final record counts, and later deferrals only while the source settles", () => {
    const bounced = delivery({ outcome: "bounced" });
    const late = delivery({ outcome: "deferred", occurred_at: acceptance - 5_000 });
    const emitted = [
      { record: bounced, appendAt: 0 },
      { record: late, appendAt: 500 },
      { record: delivery({}), appendAt: 600 },
    ];
    expect(evidenceOf(emitted, 0).attempts).toEqual([bounced]);
    expect(evidenceOf(emitted, 499).attempts).toEqual([bounced]);
    expect(evidenceOf(emitted, 500)).toEqual({ outcome: bounced, attempts: [late, bounced] });
  });
});
