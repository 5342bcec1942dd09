import type { DeliveryOutcome, EngagementRow, Stage } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime } from "../../../../test/support/events.ts";
import { defaultSettings } from "./settings.ts";

/** A deferral that comes behind the outcome is one of the message's attempts while that settles. */
const settings = { ...defaultSettings, clockToleranceMs: 1_000, settleMs: 1_000, sendHoldMs: 0 };

interface Attempt {
  occurredAt: number;
  precisionMs: number;
  startedAt: number | null;
  outcome: DeliveryOutcome;
  stage: Stage;
}

function attempt(
  occurredAt: number,
  outcome: DeliveryOutcome,
  stage: Stage,
  startedAt: number | null = occurredAt - 100,
): Attempt {
  return { occurredAt, precisionMs: 1, startedAt, outcome, stage };
}

/** Times count from `eventTime`, as a start before the year 2000 is none. The engagement waits for its message's end. */
function exposed(time: number, attempts: Attempt[], precisionMs = 1): string {
  const task = freshTask(settings);
  for (const [offset, one] of attempts.entries()) {
    const event = deliveryEvent({
      event_id: String(offset),
      occurred_at: eventTime + one.occurredAt,
      precision_ms: one.precisionMs,
      started_at: one.startedAt === null ? null : eventTime + one.startedAt,
      outcome: one.outcome,
      stage: one.stage,
    });
    task.apply({ input: "deliveries", event, offset, appendTime: eventTime });
  }
  const event = engagementEvent({ occurred_at: eventTime + time, precision_ms: precisionMs });
  task.apply({ input: "engagements", event, offset: 0, appendTime: eventTime });
  task.closeAll();
  const [row] = task.takePieces().flatMap(({ engagements }) => engagements) as [EngagementRow];
  return `${row.exposure} ${row.exposed_attempt}`;
}

const deferredTwice = [
  attempt(100_000, "deferred", "end_of_data"),
  attempt(200_000, "deferred", "end_of_data"),
  attempt(300_000, "accepted", "end_of_data"),
];

test("at the acceptance and after it, the accepted attempt", () => {
  expect(exposed(300_000, deferredTwice)).toBe("after_acceptance 3");
  expect(exposed(9_000_000, deferredTwice)).toBe("after_acceptance 3");
});

test("inside a transaction in which the content was sent, that attempt, widened by precision and tolerance", () => {
  expect(exposed(200_000 - 100 - 1_002, deferredTwice)).toBe("in_transaction 2");
  expect(exposed(200_000 - 100 - 1_003, deferredTwice)).toBe("after_deferral 1");
  expect(exposed(200_000 + 1_002, deferredTwice)).toBe("in_transaction 2");
  expect(exposed(200_000 + 1_003, deferredTwice)).toBe("after_deferral 2");
  expect(exposed(299_999, deferredTwice)).toBe("in_transaction 3");
});

test("between two transactions, the latest deferral at the end of DATA", () => {
  expect(exposed(150_000, deferredTwice)).toBe("after_deferral 1");
  expect(exposed(250_000, deferredTwice)).toBe("after_deferral 2");
});

test("a transaction whose start is not known began 30 s before its reply", () => {
  const unknownStart = [attempt(100_000, "deferred", "end_of_data", null)];
  expect(exposed(100_000 - 30_000 - 1_002, unknownStart)).toBe("in_transaction 1");
  expect(exposed(100_000 - 30_000 - 1_003, unknownStart)).toBe("not_exposed null");
});

test("attempts that ended before the content was sent expose nothing", () => {
  const early = (["connect", "ehlo", "mail", "rcpt", "data"] as const).map((stage, index) =>
    attempt(index * 1_000, "deferred", stage),
  );
  expect(exposed(2_000, early)).toBe("not_exposed null");
  expect(exposed(900_000, early)).toBe("not_exposed null");
  expect(exposed(5, [])).toBe("not_exposed null");
});

test("after a rejection at the end of DATA, and a deferral goes before it", () => {
  expect(exposed(900_000, [attempt(100_000, "bounced", "end_of_data")])).toBe("after_rejection 1");
  expect(
    exposed(900_000, [attempt(50_000, "deferred", "end_of_data"), attempt(100_000, "bounced", "end_of_data")]),
  ).toBe("after_deferral 1");
  expect(exposed(900_000, [attempt(100_000, "bounced", "rcpt")])).toBe("not_exposed null");
});

test("an attempt of unknown stage: inside it, then after it where nothing better applies", () => {
  const unknown = [attempt(100_000, "deferred", "unknown"), attempt(200_000, "deferred", "rcpt")];
  expect(exposed(99_950, unknown)).toBe("in_transaction 1");
  expect(exposed(150_000, unknown)).toBe("unknown 1");
  expect(exposed(150_000, [attempt(90_000, "deferred", "end_of_data"), ...unknown])).toBe("after_deferral 1");
});

test("both ends of a transaction are widened by both events' precision and the tolerance", () => {
  const coarse = { ...attempt(200_000, "deferred", "end_of_data"), precisionMs: 1_000 };
  const at = (occurredAt: number, precisionMs: number) => exposed(occurredAt, [coarse], precisionMs).split(" ")[0];
  // From 199 900 to 200 000, and 1000 + 500 + 1000 ms around.
  expect(at(197_400, 500)).toBe("in_transaction");
  expect(at(197_399, 500)).toBe("not_exposed");
  expect(at(202_500, 500)).toBe("in_transaction");
  expect(at(202_501, 500)).toBe("after_deferral");
});

test("the transaction of an earlier attempt with a coarse time reaches behind a later one with an exact time", () => {
  const coarse = { ...attempt(200_000, "deferred", "end_of_data"), precisionMs: 10_000 };
  const exact = attempt(202_000, "deferred", "end_of_data");
  expect(exposed(206_000, [coarse, exact])).toBe("in_transaction 1");
  expect(exposed(211_001, [coarse, exact])).toBe("in_transaction 1");
  expect(exposed(211_002, [coarse, exact])).toBe("after_deferral 2");
});

test("where transactions overlap, and where deferrals follow each other, the latest that qualifies", () => {
  const overlapping = [attempt(100_000, "deferred", "end_of_data"), attempt(100_500, "deferred", "unknown")];
  expect(exposed(100_400, overlapping)).toBe("in_transaction 2");
  const withoutContent = [...deferredTwice.slice(0, 2), attempt(250_000, "deferred", "rcpt")];
  expect(exposed(280_000, withoutContent)).toBe("after_deferral 2");
});

test("a better rule of an earlier attempt goes before a lesser one of a later attempt", () => {
  const bouncedThenUnknown = [attempt(100_000, "bounced", "end_of_data"), attempt(200_000, "deferred", "unknown")];
  expect(exposed(900_000, bouncedThenUnknown)).toBe("after_rejection 1");
  const deferredThenBounced = [attempt(100_000, "deferred", "end_of_data"), attempt(200_000, "bounced", "end_of_data")];
  expect(exposed(900_000, deferredThenBounced)).toBe("after_deferral 1");
  const insideFirst = [attempt(100_000, "deferred", "unknown", 10_000), attempt(105_000, "bounced", "rcpt")];
  expect(exposed(50_000, insideFirst)).toBe("in_transaction 1");
});

test("an accepted attempt may have sent the content whatever stage its source names", () => {
  const accepted = [attempt(100_000, "accepted", "connect")];
  expect(exposed(99_950, accepted)).toBe("in_transaction 1");
  expect(exposed(98_897, accepted)).toBe("not_exposed null");
});

test("an attempt that is answered at the acceptance's own instant or later changes nothing after the acceptance", () => {
  const late = [attempt(100_000, "accepted", "end_of_data"), attempt(100_500, "deferred", "end_of_data")];
  expect(exposed(100_400, late)).toBe("after_acceptance 1");
  expect(exposed(900_000, late)).toBe("after_acceptance 1");
});

test("a failed attempt of unknown stage may have shown the content too", () => {
  const bounced = [attempt(100_000, "bounced", "unknown")];
  expect(exposed(99_950, bounced)).toBe("in_transaction 1");
  expect(exposed(900_000, bounced)).toBe("unknown 1");
});
