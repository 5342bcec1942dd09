import type { Delivery, Engagement, Send } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime, sendEvent } from "../../../../test/support/events.ts";
import { defaultSettings, type JoinSettings } from "./settings.ts";

const settings: JoinSettings = {
  ...defaultSettings,
  windowMs: 100_000,
  sendHoldMs: 5_000,
  sources: { slow: { settleMs: 3_000 } },
};

const send = sendEvent({ tenant: "from send", recipient_domain: "send.example" });
const delivery = deliveryEvent({
  tenant: "from delivery",
  occurred_at: eventTime + 100_000,
  mx_host: "mx1.pphosted.com",
  recipient_domain: "delivery.example",
});
const engagement = engagementEvent({ tenant: "from engagement" });

/** A task with offsets and append times kept by the test's clock. */
function driver() {
  const task = freshTask(settings);
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  return {
    task,
    send: (appendTime: number, change: Partial<Send> = {}) =>
      task.apply({ input: "sends", event: { ...send, ...change }, offset: offsets.sends++, appendTime }),
    delivery: (appendTime: number, change: Partial<Delivery> = {}) =>
      task.apply({ input: "deliveries", event: { ...delivery, ...change }, offset: offsets.deliveries++, appendTime }),
    engagement: (appendTime: number, change: Partial<Engagement> = {}) =>
      task.apply({
        input: "engagements",
        event: { ...engagement, ...change },
        offset: offsets.engagements++,
        appendTime,
      }),
    timeIs: (time: number) => {
      for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, time);
    },
    take: () => {
      const pieces = task.takePieces();
      return {
        pieces,
        engagements: pieces.flatMap((piece) => piece.engagements),
        messages: pieces.flatMap((piece) => piece.messages),
        parked: pieces.flatMap((piece) => piece.parked),
        counters: pieces.at(-1)?.counters,
      };
    },
  };
}

test("an engagement before its outcome is parked, and decided with the outcome", () => {
  const on = driver();
  on.send(1);
  on.engagement(2);
  const before = on.take();
  expect(before.parked).toMatchObject([{ event_id: "e", input_offset: 0 }]);
  expect(before.engagements).toEqual([]);
  on.delivery(3);
  const after = on.take();
  expect(after.engagements).toMatchObject([
    { class: "pre_acceptance", delta_ms: -100_000, campaign: "spring", filter_vendor: "Proofpoint" },
  ]);
  expect(after.messages).toMatchObject([
    { outcome: "accepted", attempts: 1, tenant: "from send", recipient_domain: "send.example" },
  ]);
  expect(after.parked).toEqual([]);
});

test("what is parked and decided before the commit gets no parked row", () => {
  const on = driver();
  on.engagement(1);
  on.delivery(2);
  on.send(3);
  expect(on.take()).toMatchObject({ parked: [], engagements: [{ input_offset: 0 }] });
});

test("without a send the rows wait for the hold, in task time, and go out with the delivery's columns", () => {
  const on = driver();
  on.engagement(1);
  on.delivery(10);
  on.timeIs(5_010);
  expect(on.take().messages).toEqual([]);
  on.timeIs(5_011);
  const { messages, engagements } = on.take();
  expect(messages).toMatchObject([{ campaign: null, sent_at: null, tenant: "from delivery", source: "mta" }]);
  expect(engagements).toMatchObject([
    { campaign: null, tenant: "from delivery", recipient_domain: "delivery.example" },
  ]);
});

test("a send within the hold counts; one after it is late and serves later engagement", () => {
  const on = driver();
  on.delivery(10);
  on.timeIs(5_011);
  on.send(6_000);
  on.engagement(6_001);
  const { messages, engagements, counters } = on.take();
  expect(messages).toMatchObject([{ campaign: null }]);
  expect(engagements).toMatchObject([{ campaign: "spring" }]);
  expect(counters).toMatchObject({ sends_late: 1 });
});

test("settle lets deferrals that arrive after their outcome count, and nothing else", () => {
  const on = driver();
  on.send(1);
  on.delivery(10, { source: "slow" });
  on.delivery(3_010, { event_id: "d2", outcome: "deferred", occurred_at: delivery.occurred_at - 50_000 });
  on.delivery(3_010, { event_id: "d3", outcome: "bounced" });
  on.delivery(3_011, { event_id: "d4", outcome: "deferred" });
  on.timeIs(3_012);
  const { messages, counters } = on.take();
  expect(messages).toMatchObject([{ outcome: "accepted", attempts: 2, deferrals: 1, content_deferrals: 1 }]);
  expect(counters).toMatchObject({ contradicted: 1, deliveries_late: 1 });
});

test("the first terminal record is the outcome, and expired is no attempt", () => {
  const on = driver();
  on.send(1);
  on.delivery(2, { event_id: "d1", outcome: "deferred", stage: "rcpt", started_at: delivery.occurred_at - 70 });
  on.delivery(3, { event_id: "d2", outcome: "expired", mx_host: null });
  on.delivery(4, { event_id: "d3", outcome: "accepted" });
  on.engagement(5);
  const { messages, engagements, counters } = on.take();
  expect(messages).toMatchObject([
    {
      outcome: "expired",
      attempts: 1,
      deferrals: 1,
      content_deferrals: 0,
      accepted_at: null,
      first_attempt_at: delivery.occurred_at - 70,
      mx_host: "mx1.pphosted.com",
    },
  ]);
  expect(engagements).toMatchObject([{ class: "never_accepted", delta_ms: null }]);
  expect(counters).toMatchObject({ contradicted: 1 });
});

test("the window's end makes what is undecided unknown, and engagement alone makes no message", () => {
  const on = driver();
  on.send(1);
  on.engagement(2);
  on.engagement(3, { message_id: "of nobody" });
  on.timeIs(100_001);
  expect(on.take().engagements).toEqual([]);
  on.timeIs(100_004);
  const { messages, engagements } = on.take();
  expect(messages).toMatchObject([{ message_id: "m", outcome: "unknown" }]);
  expect(engagements.map((row) => `${row.message_id} ${row.class} ${row.tenant}`)).toEqual([
    "m unknown from send",
    "of nobody unknown from engagement",
  ]);
  expect(on.task.messageCount).toBe(0);
});

test("a record beyond the window begins a new message", () => {
  const on = driver();
  on.send(1);
  on.delivery(2);
  on.delivery(100_002);
  on.send(100_003);
  expect(on.take().messages.length).toBe(2);
});

test("repeats are dropped and counted by kind of record; an open and a click may share an event ID", () => {
  const on = driver();
  for (let time = 1; time < 3; time++) {
    on.send(time);
    on.delivery(time);
    on.engagement(time);
    on.engagement(time, { kind: "open" });
  }
  const { engagements, messages, counters, pieces } = on.take();
  expect(engagements.length).toBe(2);
  expect(messages.length).toBe(1);
  expect(counters).toMatchObject({ sends_duplicate: 1, deliveries_duplicate: 1, engagements_duplicate: 2 });
  expect(pieces.at(-1)?.disposed).toEqual([{ first: 0, count: 4 }]);
});

test("one delivery that releases more than fits is cut into pieces; all but the last stand before it", () => {
  const on = driver();
  on.send(1);
  for (let index = 0; index < 40; index++) on.engagement(2, { event_id: `e${index}`, url: "x".repeat(500_000) });
  on.take();
  on.delivery(3);
  const { pieces } = on.take();
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.every((piece) => piece.engagements.length <= 10)).toBe(true);
  expect(pieces.slice(0, -1).every((piece) => piece.next_offsets.deliveries === 0)).toBe(true);
  expect(pieces.at(-1)).toMatchObject({ next_offsets: { deliveries: 1 }, parked_count: 0, parked_xor: 0 });
  expect(pieces.flatMap((piece) => piece.engagements).length).toBe(40);
});

test("a rejected engagement is disposed of and counted", () => {
  const on = driver();
  on.task.apply({ input: "engagements", rejected: true, offset: 0, appendTime: 1 });
  expect(on.take().pieces[0]).toMatchObject({
    disposed: [{ first: 0, count: 1 }],
    counters: { engagements_read: 1, engagements_rejected: 1 },
  });
});

test("task time is that of the slowest input and never goes back", () => {
  const on = driver();
  on.send(50);
  on.delivery(70);
  expect(on.task.taskTime).toBe(0);
  on.engagement(60);
  expect(on.task.taskTime).toBe(50);
  on.send(20, { event_id: "s2" });
  expect(on.task.taskTime).toBe(50);
});

test("a piece is bounded whichever field is large, also where one send's columns repeat in every row", () => {
  const on = driver();
  on.send(1, { tenant: "t".repeat(900_000) });
  for (let index = 0; index < 20; index++) on.engagement(2, { event_id: `e${index}`, link_id: "l".repeat(300_000) });
  on.delivery(3);
  const { pieces, engagements } = on.take();
  const largest = Math.max(...pieces.map(({ body }) => body.length));
  expect(engagements.length).toBe(20);
  expect(largest).toBeLessThan(6 * 1024 * 1024);
});

test("a send appended exactly at the end of the hold counts, the hold running from the outcome's append time", () => {
  const on = driver();
  on.delivery(10, { outcome: "deferred", event_id: "d0" });
  on.delivery(1_000);
  on.send(6_000);
  expect(on.take().messages).toMatchObject([{ campaign: "spring" }]);
  const late = driver();
  late.delivery(1_000);
  late.send(6_001);
  late.timeIs(6_001);
  const { messages, counters } = late.take();
  expect(messages).toMatchObject([{ campaign: null }]);
  // It was there before the row was written, and the row is due by append time: not late, and not in the row.
  expect(counters).toMatchObject({ sends_late: 0 });
});

test("tenant and domain follow the send, then the outcome, then the first attempt, then the engagement", () => {
  const attempted = {
    event_id: "d0",
    outcome: "deferred",
    tenant: "from attempt",
    recipient_domain: "a.example",
  } as const;
  const columns = (on: ReturnType<typeof driver>): (string | null)[] => {
    on.engagement(20);
    on.timeIs(200_000);
    return on.take().engagements.map((row) => `${row.tenant} ${row.recipient_domain}`);
  };
  const withSend = driver();
  withSend.send(1);
  withSend.delivery(2, attempted);
  withSend.delivery(3);
  expect(columns(withSend)).toEqual(["from send send.example"]);
  const withOutcome = driver();
  withOutcome.delivery(2, { ...attempted, occurred_at: delivery.occurred_at - 9 });
  withOutcome.delivery(3);
  expect(columns(withOutcome)).toEqual(["from delivery delivery.example"]);
  const withAttempts = driver();
  withAttempts.delivery(2, { ...attempted, tenant: "from second attempt", event_id: "d1" });
  withAttempts.delivery(3, { ...attempted, occurred_at: delivery.occurred_at - 9 });
  expect(columns(withAttempts)).toEqual(["from attempt a.example"]);
  expect(columns(driver())).toEqual(["from engagement "]);
});

test("a parked row is written once, in the commit after which it is first parked", () => {
  const on = driver();
  on.engagement(1);
  expect(on.take().parked.length).toBe(1);
  on.engagement(2, { event_id: "e2" });
  expect(on.take().parked).toMatchObject([{ event_id: "e2" }]);
  on.delivery(3, { outcome: "deferred" });
  expect(on.take().parked).toEqual([]);
});

test("engagement of a decided message is decided at once, and never parked", () => {
  const on = driver();
  on.send(1);
  on.delivery(2);
  on.engagement(3);
  expect(on.take()).toMatchObject({ parked: [], engagements: [{ event_id: "e", class: "pre_acceptance" }] });
});

test("attempts are numbered by when they happened; of equal times the one read first is the first", () => {
  const on = driver();
  const early = delivery.occurred_at - 60_000;
  on.send(1);
  on.delivery(2, { event_id: "d2", outcome: "deferred", occurred_at: early, started_at: early - 50 });
  on.delivery(3, { event_id: "d1", outcome: "deferred", occurred_at: early - 1_000, stage: "rcpt" });
  on.delivery(4, { event_id: "d3", outcome: "deferred", occurred_at: early, stage: "connect" });
  on.delivery(5, { event_id: "d4" });
  on.engagement(6, { occurred_at: early + 20_000 });
  const { messages, engagements } = on.take();
  expect(messages).toMatchObject([
    { first_attempt_at: early - 1_000, attempts: 4, deferrals: 3, content_deferrals: 1 },
  ]);
  expect(engagements).toMatchObject([{ exposure: "after_deferral", exposed_attempt: 2, attempts: 4, deferrals: 3 }]);
});

test("exposure hangs on deferrals that settle, whether the engagement is read before or after them", () => {
  const deferredAt = delivery.occurred_at - 50_000;
  const clicked = { source: "tracker", occurred_at: deferredAt + 10_000 };
  const on = driver();
  on.send(1);
  on.engagement(2, { ...clicked, event_id: "before" });
  on.delivery(3, { source: "slow" });
  on.engagement(4, { ...clicked, event_id: "between" });
  on.delivery(5, { event_id: "d2", outcome: "deferred", occurred_at: deferredAt });
  on.engagement(6, { ...clicked, event_id: "after" });
  on.timeIs(3_004);
  on.engagement(3_010, { ...clicked, event_id: "later" });
  const { engagements } = on.take();
  expect(engagements.map((row) => `${row.event_id} ${row.exposure} ${row.exposed_attempt}`)).toEqual([
    "before after_deferral 1",
    "between after_deferral 1",
    "after after_deferral 1",
    "later after_deferral 1",
  ]);
});

test("a second send is a duplicate also under another event ID, and changes nothing", () => {
  const on = driver();
  on.send(1);
  on.send(2, { event_id: "s2", campaign: "autumn" });
  on.delivery(3);
  const { messages, counters } = on.take();
  expect(messages).toMatchObject([{ campaign: "spring" }]);
  expect(counters).toMatchObject({ sends_duplicate: 1, sends_late: 0 });
});

test("a terminal record after the outcome is counted: late where it agrees, contradicted where not; no row changes", () => {
  const on = driver();
  on.send(1);
  on.delivery(2);
  on.delivery(3, { event_id: "d2" });
  on.delivery(4, { event_id: "d3", outcome: "bounced" });
  on.delivery(5, { event_id: "d4", outcome: "expired" });
  on.delivery(6, { event_id: "d5", outcome: "deferred" });
  const { messages, counters } = on.take();
  expect(messages).toMatchObject([{ outcome: "accepted", attempts: 1, deferrals: 0 }]);
  expect(counters).toMatchObject({ contradicted: 2, deliveries_late: 2, deliveries_duplicate: 0, messages_decided: 1 });
});

test("a repeat within the window is dropped also after its message was decided; beyond the window it is a new event", () => {
  const on = driver();
  on.send(1);
  on.delivery(2);
  on.engagement(3);
  on.engagement(100_001);
  on.timeIs(100_002);
  on.engagement(100_003);
  on.timeIs(300_000);
  const { engagements, counters } = on.take();
  expect(engagements.map((row) => `${row.input_offset} ${row.class}`)).toEqual(["0 pre_acceptance", "2 unknown"]);
  expect(counters).toMatchObject({ engagements_duplicate: 1, engagements_decided: 2, messages_decided: 1 });
});

test("the window runs from the first record, be it engagement, and ends settling and holding too", () => {
  const on = driver();
  on.engagement(1);
  on.delivery(99_000, { source: "slow" });
  on.timeIs(100_001);
  expect(on.take().messages).toEqual([]);
  on.timeIs(100_002);
  expect(on.take()).toMatchObject({
    messages: [{ outcome: "accepted", campaign: null }],
    engagements: [{ class: "pre_acceptance" }],
  });
});

test("an outcome without settle or hold decides at once", () => {
  const task = freshTask({ ...settings, sources: { own: { sendHoldMs: 0 } } });
  task.apply({ input: "deliveries", event: { ...delivery, source: "own" }, offset: 0, appendTime: 5 });
  expect(task.takePieces().flatMap((piece) => piece.messages)).toMatchObject([{ outcome: "accepted", sent_at: null }]);
  expect(task.isWaiting).toBe(false);
});

test("a start after its reply, or more than a day before it, is not known: the first attempt was at its reply", () => {
  const day = 86_400_000;
  const firstAt = (startedAt: number): number | null | undefined => {
    const on = driver();
    on.send(1);
    on.delivery(2, { started_at: startedAt });
    return on.take().messages[0]?.first_attempt_at;
  };
  const replyAt = delivery.occurred_at;
  expect(firstAt(replyAt - day)).toBe(replyAt - day);
  expect([replyAt - day - 1, replyAt + 1].map(firstAt)).toEqual([replyAt, replyAt]);
});

test("a task waits while a message is open or an engagement parked, and no longer", () => {
  const on = driver();
  expect(on.task.isWaiting).toBe(false);
  on.engagement(1);
  expect(on.task).toMatchObject({ isWaiting: true, parkedCount: 1, messageCount: 1 });
  on.delivery(2);
  expect(on.task.isWaiting).toBe(true);
  on.send(3);
  expect(on.task).toMatchObject({ isWaiting: false, parkedCount: 0, messageCount: 1 });
  on.timeIs(100_002);
  expect(on.task.messageCount).toBe(0);
});

test("the MX host is the outcome's, else that of the latest attempt that names one", () => {
  const on = driver();
  on.send(1);
  on.delivery(2, {
    event_id: "d1",
    outcome: "deferred",
    mx_host: "mx1.mimecast.com",
    occurred_at: delivery.occurred_at - 9,
  });
  on.delivery(3, { event_id: "d2", outcome: "deferred", mx_host: null, occurred_at: delivery.occurred_at - 8 });
  on.delivery(4, { mx_host: null });
  on.send(5, { message_id: "n" });
  on.delivery(6, { message_id: "n" });
  expect(on.take().messages).toMatchObject([
    { mx_host: "mx1.mimecast.com", filter_vendor: "Mimecast" },
    { mx_host: "mx1.pphosted.com", filter_vendor: "Proofpoint" },
  ]);
});

test("a start after its own reply is taken as not known", () => {
  const on = driver();
  on.send(1);
  on.delivery(2, { started_at: delivery.occurred_at + 1 });
  on.engagement(3, { occurred_at: delivery.occurred_at - 30_000 });
  expect(on.take()).toMatchObject({
    messages: [{ first_attempt_at: delivery.occurred_at }],
    engagements: [{ exposure: "in_transaction", exposed_attempt: 1 }],
  });
});

test("a broker's clock that went back does not open the hold again, nor the window", () => {
  const on = driver();
  on.delivery(10_000, { event_id: "d0", message_id: "other" });
  on.delivery(1, { outcome: "accepted" });
  on.timeIs(15_000);
  expect(on.take().messages).toEqual([]);
  on.timeIs(15_001);
  expect(
    on
      .take()
      .messages.map((row) => row.message_id)
      .toSorted(),
  ).toEqual(["m", "other"]);
});

test("an input that runs ahead into an ID's next window does not end the window for one that lags", () => {
  const on = driver();
  on.send(1);
  on.engagement(50_000, { event_id: "first window" });
  on.engagement(100_002, { event_id: "second window" });
  on.delivery(100_001);
  on.timeIs(300_000);
  const { engagements, messages } = on.take();
  expect(engagements.map((row) => `${row.event_id} ${row.class}`).toSorted()).toEqual([
    "first window pre_acceptance",
    "second window unknown",
  ]);
  expect(messages).toMatchObject([{ outcome: "accepted" }]);
});

test("with nothing due there is still one piece, which says how far the inputs were read", () => {
  const on = driver();
  on.send(7);
  expect(on.take().pieces).toMatchObject([
    {
      next_offsets: { sends: 1, deliveries: 0, engagements: 0 },
      engagements: [],
      messages: [],
      parked: [],
      disposed: [],
      counters: { sends_read: 1 },
    },
  ]);
});
