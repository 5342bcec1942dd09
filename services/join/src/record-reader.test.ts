import { RecordCursor, toRecordBatch } from "@antedate/runtime";
import { encodeEvent, WriterSchemas } from "@antedate/schemas";
import { expect, test } from "vitest";
import { collectGarbage } from "../../../test/support/collect-garbage.ts";
import { deliveryEvent, eventTime } from "../../../test/support/events.ts";
import { BatchQueue } from "./batch-queue.ts";
import { createSettingsLookup, defaultSettings, freshStart, Task } from "./domain/index.ts";
import { RecordReader } from "./record-reader.ts";
import { takeRecords } from "./take-records.ts";
import { TaskInputs } from "./task-inputs.ts";

const topics = { sends: "email.sends", deliveries: "email.deliveries", engagements: "email.engagements" };

test("a reader of whose records nothing waits holds no fetch response", async () => {
  const schemas = new WriterSchemas();
  const reader = new RecordReader({ partition: 0, topics, schemas, keys: null, now: () => 0 });
  const task = new Task(createSettingsLookup(defaultSettings), freshStart());
  const response = giveOne(reader, task);
  expect(task.draft.hasContent).toBe(false);
  reader.letGo();
  await collectGarbage();
  expect(task.messageCount).toBe(1);
  expect(response.deref()).toBeUndefined();
});

function giveOne(reader: RecordReader, task: Task): WeakRef<Uint8Array> {
  const event = deliveryEvent({ message_id: "m" });
  const value = encodeEvent("deliveries", event);
  const batch = toRecordBatch([{ offset: 0, appendTime: eventTime, key: Buffer.from("m"), value }]);
  // Of a buffer of its own, not of Node's pool.
  const bytes = Buffer.from(new Uint8Array(batch.bytes).buffer);
  const cursor = new RecordCursor();
  cursor.open({ ...batch, bytes });
  cursor.next();
  reader.give(task, "deliveries", cursor, true);
  return new WeakRef(bytes);
}

test("each record of a batch without a body is a reject, and what follows it is read", () => {
  const schemas = new WriterSchemas();
  const reader = new RecordReader({ partition: 2, topics, schemas, keys: null, now: () => 0 });
  const task = new Task(createSettingsLookup(defaultSettings), freshStart());
  const queue = new BatchQueue();
  const value = encodeEvent("deliveries", deliveryEvent({ message_id: "m" }));
  const batchAt = (offset: number) =>
    toRecordBatch([{ offset, appendTime: eventTime + offset, key: Buffer.from("m"), value }]);
  const unreadable = { ...batchAt(1), lastOffset: 3, count: 3, bytes: Buffer.alloc(0), end: 0, unreadable: "gzip: x" };
  for (const batch of [batchAt(0), unreadable, batchAt(4)]) queue.push(batch, 0);
  for (; queue.hasRecord; queue.pass()) reader.give(task, "deliveries", queue.cursor, true);
  expect(reader.takeRejects()).toEqual(
    [1, 2, 3].map((offset) => ({
      topic: "email.deliveries",
      partition: 2,
      offset,
      reason: "undecodable",
      raw: Buffer.alloc(0),
    })),
  );
  expect([task.messageCount, task.nextOffsets.deliveries, queue.bytes]).toEqual([1, 5, 0]);
});

test("a reader with many rejects takes no more records until they were stored", () => {
  const reader = new RecordReader({ partition: 0, topics, schemas: new WriterSchemas(), keys: null, now: () => 0 });
  const task = new Task(createSettingsLookup(defaultSettings), freshStart());
  const count = 2_000;
  const records = Array.from({ length: count }, (_, offset) => ({
    offset,
    key: null,
    value: Buffer.alloc(10_000, 0xff),
  }));
  const queued = new TaskInputs(
    { sends: 0, deliveries: 0, engagements: 0 },
    { sends: count, deliveries: 0, engagements: 0 },
  );
  const batch = toRecordBatch(records.map((record) => ({ ...record, appendTime: eventTime })));
  queued.push("sends", { batches: [batch], fetchedOffset: 0, nextOffset: count, highWatermark: count });
  const counts: number[] = [];
  for (let taken = -1; taken !== 0;) {
    taken = takeRecords(queued, reader, task, count);
    counts.push(reader.takeRejects().length);
    expect(task.nextOffsets.sends).toBe(counts.reduce((all, one) => all + one, 0));
  }
  // 8 MiB of 10,256 bytes each.
  expect(counts).toEqual([818, 818, 364, 0]);
});
