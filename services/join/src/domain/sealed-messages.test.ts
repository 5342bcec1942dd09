import type { Delivery, Engagement, Send } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { applyTo, freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime, sendEvent } from "../../../../test/support/events.ts";
import { createSettingsLookup, defaultSettings } from "./settings.ts";
import { MessageTable } from "./state/message-table.ts";
import { freshStart } from "./task-start.ts";
import { Task } from "./task.ts";

const minute = 60_000;
const day = 86_400_000;

/** A task with a window of 35 days, whose slabs of four messages are sealed at each commit. */
function driver() {
  const task = freshTask(defaultSettings);
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  const give = (input: "sends" | "deliveries" | "engagements", event: Send | Delivery | Engagement, at: number) =>
    task.apply({ input, event, offset: offsets[input]++, appendTime: eventTime + at } as never);
  return {
    task,
    send: (at: number, change: Partial<Send>) => give("sends", sendEvent(change), at),
    delivery: (at: number, change: Partial<Delivery>) => give("deliveries", deliveryEvent(change), at),
    click: (at: number, change: Partial<Engagement>) => give("engagements", engagementEvent(change), at),
    /** All inputs are read to their ends; gives what was decided since the last call. */
    until: (at: number) => {
      for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, eventTime + at);
      const pieces = task.takePieces();
      return {
        engagements: pieces.flatMap((piece) => piece.engagements),
        messages: pieces.flatMap((piece) => piece.messages),
        counters: pieces.at(-1)?.counters,
      };
    },
  };
}

/** Twenty messages that were deferred, clicked and accepted on the first day, and are sealed. */
function sealedOnDayOne() {
  const on = driver();
  for (let index = 0; index < 20; index++) {
    const message_id = `m${index}`;
    on.send(index * minute, { message_id, campaign: `c${index % 3}`, recipient_domain: `d${index % 5}.example` });
    on.delivery(index * minute + 1_000, {
      message_id,
      event_id: "deferral",
      outcome: "deferred",
      mx_host: "mx1.pphosted.com",
      occurred_at: eventTime + index * minute + 1_000,
    });
    on.click(index * minute + 2_000, { message_id, occurred_at: eventTime + index * minute + 500 });
    on.delivery(index * minute + 3_000, { message_id, event_id: "acceptance", occurred_at: acceptedAt(index) });
  }
  expect(on.until(day).messages).toHaveLength(20);
  on.until(day + 1);
  expect(on.task.sealedCount).toBe(16);
  return on;
}

function acceptedAt(index: number): number {
  return eventTime + index * minute + 3_000;
}

test("a click on day 20 is classed against the acceptance of day 1, with all that is known of its message", () => {
  const on = sealedOnDayOne();
  on.click(20 * day, { message_id: "m7", event_id: "late click", occurred_at: acceptedAt(7) + 30_000 });
  expect(on.until(20 * day + 1).engagements).toMatchObject([
    {
      message_id: "m7",
      class: "near_acceptance",
      exposure: "after_acceptance",
      exposed_attempt: 2,
      campaign: "c1",
      recipient_domain: "d2.example",
      filter_vendor: "Proofpoint",
      sent_at: eventTime,
      accepted_at: acceptedAt(7),
      delta_ms: 30_000,
      attempts: 2,
      deferrals: 1,
    },
  ]);
});

test("a click of day 1 that is delivered again on day 20 is dropped, also when its message was back already", () => {
  const on = sealedOnDayOne();
  on.click(20 * day, { message_id: "m7" });
  on.click(20 * day + 1, { message_id: "m7", event_id: "another" });
  on.click(20 * day + 2, { message_id: "m7" });
  on.click(20 * day + 3, { message_id: "m7", event_id: "another" });
  const { engagements, counters } = on.until(20 * day + 4);
  expect(engagements).toMatchObject([{ event_id: "another" }]);
  expect(counters).toMatchObject({ engagements_duplicate: 3 });
});

test("what came back is sealed again with what it saw since", () => {
  const on = sealedOnDayOne();
  for (let index = 0; index < 16; index++) on.click(20 * day, { message_id: `m${index}`, event_id: "day 20" });
  expect(on.until(20 * day + 1).engagements).toHaveLength(16);
  for (const event_id of ["e", "day 20", "day 25"]) on.click(25 * day, { message_id: "m3", event_id });
  expect(on.until(25 * day + 1).engagements).toMatchObject([{ event_id: "day 25", attempts: 2 }]);
});

test("an acceptance or a send that is delivered again on day 20 makes no second message", () => {
  const on = sealedOnDayOne();
  on.delivery(20 * day, { message_id: "m4", event_id: "acceptance", occurred_at: acceptedAt(4) });
  on.delivery(20 * day, { message_id: "m5", event_id: "bounce", outcome: "bounced" });
  on.send(20 * day, { message_id: "m6" });
  const { messages, counters } = on.until(20 * day + 1);
  expect(messages).toEqual([]);
  expect(counters).toMatchObject({ deliveries_duplicate: 1, contradicted: 1, sends_duplicate: 1 });
  expect(on.until(60 * day).messages).toEqual([]);
});

test("an ID that comes again when its window is past is a message of its own, and generations go with their windows", () => {
  const on = sealedOnDayOne();
  on.delivery(36 * day, { message_id: "m4", event_id: "acceptance", occurred_at: eventTime + 36 * day });
  on.click(36 * day + 1, { message_id: "m4", occurred_at: eventTime + 36 * day + 1 });
  const { engagements, messages } = on.until(37 * day);
  expect(messages).toMatchObject([{ message_id: "m4", attempts: 1, accepted_at: eventTime + 36 * day }]);
  expect(engagements).toMatchObject([{ message_id: "m4", class: "near_acceptance" }]);
  expect(on.task.sealedCount).toBe(0);
});

test("a message that is undecided when its slab is sealed keeps what is parked, and ends with its own window", () => {
  const on = driver();
  on.send(0, { message_id: "open", campaign: "kept" });
  on.click(1_000, { message_id: "open", event_id: "first" });
  for (let index = 0; index < 8; index++) on.delivery(minute, { message_id: `m${index}` });
  on.until(day);
  on.until(day + 1);
  expect(on.task.sealedCount).toBeGreaterThan(2);
  on.click(10 * day, { message_id: "open", event_id: "first" });
  on.click(10 * day, { message_id: "open", event_id: "second" });
  expect(on.until(35 * day)).toMatchObject({ engagements: [], messages: [] });
  expect(on.until(35 * day + 1)).toMatchObject({
    messages: [{ message_id: "open", outcome: "unknown", campaign: "kept" }],
    engagements: [
      { event_id: "first", class: "unknown" },
      { event_id: "second", class: "unknown" },
    ],
    counters: { engagements_duplicate: 1 },
  });
});

test("a message that a later one of its ID followed leaves memory with its window, and the later one when it is cold", () => {
  const windowMs = 60 * minute;
  const table = new MessageTable(6);
  const task = new Task(createSettingsLookup({ ...defaultSettings, sendHoldMs: 0, windowMs }), freshStart(table));
  let offset = 0;
  const give = (message_id: string, at: number): void => {
    const event = deliveryEvent({ message_id, event_id: String(offset) });
    applyTo(task, { input: "deliveries", event, offset: offset++, appendTime: eventTime + at * minute });
  };
  // Every ID comes once, each tenth of them once more right behind its window, when its first message still can come back.
  for (let at = 0; at < 600; at++) {
    for (let index = 0; index < 10; index++) give(`${index} at ${at}`, at);
    if (at > 61) give(`0 at ${at - 61}`, at);
    for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, eventTime + at * minute);
    task.seal(10 * minute);
    task.takePieces();
  }
  // Those of the last ten minutes, and of the slabs that they share.
  expect(task.messageCount).toBeLessThan(11 * 10 + 3 * 64);
});

test("the open arena gives back what is dead once a snapshot's last part was taken, however long that is written", () => {
  const table = new MessageTable(15);
  const id = Buffer.alloc(1_000);
  const add = (count: number): number[] =>
    Array.from({ length: count }, (_, index) => {
      id.writeUInt32LE(index);
      return table.begin(id, 1, table.find(id));
    });
  const { calls } = table.core;
  const before = calls.arenaBytes();
  const refs = add(10_000);
  const snapshot = table.beginSnapshot();
  while (snapshot.nextPart() !== null);
  for (const ref of refs) calls.freeOpen(ref);
  calls.compactOpen();
  expect(calls.arenaBytes() - before).toBeLessThan(2 * 1024 * 1024);
});

test("an event of an ID's earlier message, which was carried on, is new to the ID's next message, also when that was sealed", () => {
  const settings = createSettingsLookup({ ...defaultSettings, sendHoldMs: 0, windowMs: 100 * minute });
  const task = new Task(settings, freshStart(new MessageTable(4)));
  let offset = 0;
  const give = (at: number, message_id = `at ${at}`): void => {
    const event = deliveryEvent({ message_id, event_id: String(offset) });
    applyTo(task, { input: "deliveries", event, offset: offset++, appendTime: eventTime + at * minute });
  };
  const click = (at: number, of: number): void => {
    const event = engagementEvent({ message_id: "m", event_id: "same" });
    applyTo(task, { input: "engagements", event, offset: of, appendTime: eventTime + at * minute });
  };
  const until = (at: number) => {
    for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, eventTime + at * minute);
    task.seal(10 * minute);
    return task.takePieces().at(-1)?.books.counters;
  };
  // The message is open when its slab is sealed, which took an hour to fill. It is gone when the next one begins.
  click(0, 0);
  for (let at = 1; at <= 60; at += 4) give(at);
  for (let at = 61; at < 64; at++) give(at);
  until(80);
  for (let at = 81; at < 148; at++) {
    give(at, at === 118 ? "m" : undefined);
    until(at);
  }
  const live = task.messageCount;
  click(149, 1);
  expect(task.messageCount).toBe(live + 1);
  expect(until(150)).toMatchObject({ engagements_duplicate: 0, engagements_decided: 2 });
});
