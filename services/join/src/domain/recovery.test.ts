import { zeroCounters, type Delivery, type Engagement } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { applyTo, DrivenTask, type Piece, type TaskRecord } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, sendEvent } from "../../../../test/support/events.ts";
import { OffsetSet } from "./offset-set.ts";
import { Recovery, type LogSummary } from "./recovery.ts";
import { createSettingsLookup, defaultSettings } from "./settings.ts";
import { Task } from "./task.ts";
import { freshStart } from "./task-start.ts";

const zero = { sends: 0, deliveries: 0, engagements: 0 };
const settings = createSettingsLookup({ ...defaultSettings, windowMs: 100_000, sendHoldMs: 1_000 });

function engagement(offset: number, appendTime: number, change: Partial<Engagement> = {}): TaskRecord {
  return { input: "engagements", event: engagementEvent({ event_id: `e${offset}`, ...change }), offset, appendTime };
}

function delivery(offset: number, appendTime: number, change: Partial<Delivery> = {}): TaskRecord {
  return { input: "deliveries", event: deliveryEvent({ event_id: `d${offset}`, ...change }), offset, appendTime };
}

/** What a log with these pieces says. */
function summary(pieces: Piece[], windowMs = 0): LogSummary {
  const written = pieces.flatMap((piece) =>
    piece.messages.map(({ message_id: id }, index) => ({
      id: Buffer.from(id),
      beganAt: piece.messages_began_at[index] as number,
    })),
  );
  const of = (pick: (piece: Piece) => Piece["disposed"]) => OffsetSet.of(pieces.flatMap(pick));
  return {
    from: zero,
    last: pieces.at(-1) ?? null,
    disposed: of((piece) => piece.disposed),
    rejected: {
      sends: of((piece) => piece.rejected_sends),
      deliveries: of((piece) => piece.rejected_deliveries),
      engagements: of((piece) => piece.rejected_engagements),
    },
    written,
    windows: windowMs > 0 ? [{ from: zero, windowMs }] : [],
    pastMs: null,
  };
}

function recover(pieces: Piece[], records: TaskRecord[], own = settings, windowMs = 0): DrivenTask {
  const recovery = new Recovery(own, summary(pieces, windowMs), freshStart());
  for (const record of records) if (record.offset < recovery.to[record.input]) applyTo(recovery, record);
  return new DrivenTask(new Task(own, recovery.finish()));
}

function fresh(own = settings): DrivenTask {
  return new DrivenTask(new Task(own, freshStart()));
}

test("a crash in a long step, and another in the recovery from it, leave a log that can be recovered", () => {
  const heavy = { user_agent: "x".repeat(900_000) };
  const records = [
    ...Array.from({ length: 12 }, (_, index) => engagement(index, 10, heavy)),
    engagement(12, 10, { message_id: "other" }),
    delivery(0, 11),
  ];
  const task = fresh();
  for (const record of records) task.apply(record);
  const before = task.takePieces();
  for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, 5_000);
  const [first] = task.takePieces();
  const once = [...before, first as Piece];
  const again = recover(once, records);
  for (const input of ["sends", "deliveries", "engagements"] as const) again.reachEnd(input, 5_000);
  const [second, third] = again.takePieces();
  expect(third).toBeDefined();
  const twice = [...once, second as Piece];
  const last = recover(twice, records);
  for (const input of ["sends", "deliveries", "engagements"] as const) last.reachEnd(input, 1_000_000);
  const rows = [...twice, ...last.takePieces()].flatMap((piece) => piece.engagements.map((row) => row.input_offset));
  expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, index) => index));
});

test("a crash in a step that a send began leaves no engagement without the send", () => {
  const heavy = { user_agent: "x".repeat(900_000) };
  const records = [...Array.from({ length: 12 }, (_, index) => engagement(index, 10, heavy)), delivery(0, 11)];
  const send: TaskRecord = { input: "sends", event: sendEvent(), offset: 0, appendTime: 12 };
  const task = fresh();
  for (const record of records) task.apply(record);
  const before = task.takePieces();
  task.apply(send);
  const [first, second] = task.takePieces();
  expect(second).toBeDefined();
  const once = [...before, first as Piece];
  const again = recover(once, [...records, send]);
  again.apply(send);
  const rows = [...once, ...again.takePieces()].flatMap((piece) => piece.engagements);
  expect(rows.map(({ campaign }) => campaign)).toEqual(Array.from({ length: 12 }, () => "spring"));
});

test("what was rejected stays rejected, and what a producer sends again once it can be read counts", () => {
  const task = fresh();
  task.apply({ input: "engagements", rejected: true, offset: 0, appendTime: 1 });
  task.apply(delivery(0, 2));
  const pieces = task.takePieces();
  // The same bytes can be decoded now: their schema was added.
  const again = recover(pieces, [engagement(0, 1, { event_id: "e" }), delivery(0, 2)]);
  again.apply(engagement(1, 3, { event_id: "e" }));
  again.closeAll();
  expect(again.takePieces().flatMap((piece) => piece.engagements)).toMatchObject([{ event_id: "e", input_offset: 1 }]);
});

test("a window that was made smaller does not split messages that were one", () => {
  const records = [delivery(0, 1, { outcome: "deferred" }), delivery(1, 90_000)];
  const task = fresh();
  for (const record of records) task.apply(record);
  for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, 95_000);
  const pieces = task.takePieces();
  const smaller = createSettingsLookup({ ...defaultSettings, windowMs: 10_000, sendHoldMs: 1_000 });
  const again = recover(pieces, records, smaller, 100_000);
  again.closeAll();
  expect([...pieces, ...again.takePieces()].flatMap((piece) => piece.messages)).toMatchObject([
    { outcome: "accepted", attempts: 2 },
  ]);
});

test("messages that a smaller window told apart stay apart", () => {
  const short = createSettingsLookup({ ...defaultSettings, windowMs: 100, sendHoldMs: 10 });
  const records = [delivery(0, 0, { outcome: "deferred" }), delivery(1, 150), engagement(0, 150)];
  const task = fresh(short);
  for (const record of records) task.apply(record);
  const pieces = task.takePieces();
  const recovery = new Recovery(
    short,
    {
      ...summary(pieces),
      windows: [
        { from: zero, windowMs: 400 },
        { from: { ...zero, deliveries: 1 }, windowMs: 100 },
      ],
    },
    freshStart(),
  );
  for (const record of records) applyTo(recovery, record);
  const again = new DrivenTask(new Task(short, recovery.finish()));
  again.closeAll();
  const messages = [...pieces, ...again.takePieces()].flatMap((piece) => piece.messages);
  expect(messages.map(({ outcome, attempts }) => ({ outcome, attempts }))).toEqual([
    { outcome: "unknown", attempts: 1 },
    { outcome: "accepted", attempts: 1 },
  ]);
});

test("inputs that are not those that were committed stop the process", () => {
  const task = fresh();
  task.apply(engagement(0, 1));
  task.apply(engagement(1, 1));
  const pieces = task.takePieces();
  expect(() => recover(pieces, [engagement(0, 1)])).toThrow("parked");
});

test("a message that was decided before the replay begins, and was delivered again behind it, gets no second row", () => {
  const again = {
    input: "deliveries",
    event: deliveryEvent({ event_id: "again" }),
    offset: 7,
    appendTime: 100,
  } as const;
  const from = { ...zero, deliveries: 7 };
  const last = { ...summary([]).last, next_offsets: { ...zero, deliveries: 8 } };
  const after = (taskTime: number, pastMs: number | null): number => {
    const books = { counters: zeroCounters(), parked_count: 0, parked_xor: 0 };
    const recovery = new Recovery(
      settings,
      { ...summary([]), from, last: { ...last, ...books, task_time: taskTime }, pastMs },
      freshStart(),
    );
    applyTo(recovery, again);
    const task = new DrivenTask(new Task(settings, recovery.finish()));
    task.closeAll();
    return task.takePieces().flatMap((piece) => piece.messages).length;
  };
  expect(after(200_101, 200_000)).toBe(0);
  expect(after(200_100, 200_000)).toBe(1);
  expect(after(200_101, null)).toBe(1);
});

test("a message whose row is written stays decided where its settle became longer since", () => {
  const records: TaskRecord[] = [
    { input: "sends", event: sendEvent(), offset: 0, appendTime: 10 },
    delivery(0, 10),
    engagement(0, 11),
  ];
  const task = fresh();
  for (const record of records.slice(0, 2)) task.apply(record);
  const pieces = task.takePieces();
  expect(pieces.flatMap(({ messages }) => messages)).toHaveLength(1);
  const patient = createSettingsLookup({ ...defaultSettings, windowMs: 100_000, settleMs: 50_000 });
  const again = recover(pieces, records, patient);
  again.apply(records[2] as TaskRecord);
  expect(again.takePieces().flatMap(({ engagements }) => engagements)).toMatchObject([{ class: "near_acceptance" }]);
});
