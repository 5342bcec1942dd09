import type { Delivery, Engagement, Send } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { zeroCounters } from "./counters.ts";
import { createMapStore } from "./message-store.ts";
import { createSettingsLookup, defaultSettings, type JoinSettings } from "./settings.ts";
import { Task } from "./task.ts";

const settings: JoinSettings = {
  ...defaultSettings,
  windowMs: 100_000,
  sendHoldMs: 5_000,
  sources: { slow: { settleMs: 3_000 } },
};

const send: Send = {
  event_id: "s",
  message_id: "m",
  tenant: "from send",
  campaign: "spring",
  source: "app",
  occurred_at: 1_790_000_000_000,
  precision_ms: 1,
  recipient_domain: "send.example",
  recipient_hash: new Uint8Array(16),
  link_count: null,
};
const delivery: Delivery = {
  event_id: "d",
  message_id: "m",
  tenant: "from delivery",
  source: "mta",
  occurred_at: 1_790_000_100_000,
  precision_ms: 1,
  started_at: null,
  outcome: "accepted",
  stage: "end_of_data",
  attempt: null,
  smtp_code: 250,
  enhanced_code: null,
  diagnostic: null,
  mx_host: "mx1.pphosted.com",
  mx_ip: null,
  recipient_domain: "delivery.example",
};
const engagement: Engagement = {
  event_id: "e",
  message_id: "m",
  tenant: "from engagement",
  source: "tracker",
  occurred_at: 1_790_000_000_000,
  precision_ms: 1,
  kind: "click",
  url: null,
  link_id: null,
  ip: null,
  user_agent: null,
  method: null,
  machine_hint: null,
  recipient_ambiguous: false,
};

/** A task with offsets and append times kept by the test's clock. */
function driver() {
  const task = new Task(createSettingsLookup(settings), {
    store: createMapStore(),
    nextOffsets: { sends: 0, deliveries: 0, engagements: 0 },
    taskTime: 0,
    counters: zeroCounters(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  });
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
  const largest = Math.max(...pieces.map((piece) => JSON.stringify(piece).length));
  expect(engagements.length).toBe(20);
  expect(largest).toBeLessThan(6 * 1024 * 1024);
});
