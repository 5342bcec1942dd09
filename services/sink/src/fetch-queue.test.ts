import { toRecordBatch, type Fetched } from "@antedate/runtime";
import { WriterSchemas } from "@antedate/schemas";
import { expect, test } from "vitest";
import { FetchBudget } from "./fetch-budget.ts";
import { FetchQueue } from "./fetch-queue.ts";
import { RawRows } from "./raw-rows.ts";
import { rawTables } from "./raw-tables.ts";

const control = { start: () => {}, pause: () => {}, resume: () => {}, commit: () => {} };

function queueAt(offset: number, budget = new FetchBudget(1024 * 1024)): FetchQueue {
  const queue = new FetchQueue("email.sends", control, budget);
  queue.start(offset);
  return queue;
}

const batchOf = (offsets: number[], value: Buffer | null = null) =>
  toRecordBatch(offsets.map((offset) => ({ offset, appendTime: 1, key: null, value })));

function fetched(batches: Fetched["batches"], fetchedOffset: number, nextOffset: number, highWatermark = 20): Fetched {
  return { batches, fetchedOffset, nextOffset, highWatermark };
}

function taken(queue: FetchQueue): number[] {
  const offsets: number[] = [];
  while (queue.next()) offsets.push(queue.cursor.offset);
  return offsets;
}

test("the lag counts what is known to exist and was not taken, queued or not", () => {
  const unstarted = new FetchQueue("email.sends", control, new FetchBudget(1));
  expect(unstarted.lag).toBeNull();
  const queue = queueAt(10);
  expect(queue.lag).toBe(0);
  queue.push(fetched([batchOf([10, 11])], 10, 12));
  expect(queue.lag).toBe(10);
  queue.next();
  expect(queue.lag).toBe(9);
  expect(taken(queue)).toEqual([11]);
  queue.passOver(20);
  expect(queue.lag).toBe(0);
});

test("records are taken once and in order, also where a batch begins before what was asked for", () => {
  const queue = queueAt(11);
  expect(queue.push(fetched([batchOf([9, 10, 11]), batchOf([]), batchOf([12])], 11, 13))).toBe(true);
  expect(queue.next()).toBe(true);
  expect(queue.cursor.offset).toBe(11);
  expect(queue.push(fetched([batchOf([13, 14])], 13, 15))).toBe(true);
  expect(queue.push(fetched([batchOf([13, 14])], 13, 15))).toBe(false);
  expect(taken(queue)).toEqual([12, 13, 14]);
  expect(taken(queue)).toEqual([]);
});

test("what waits holds no more than itself, however large the response was that it came in", () => {
  const budget = new FetchBudget(1024 * 1024);
  const queue = queueAt(10, budget);
  const batch = batchOf([10, 11], Buffer.alloc(1_000));
  const bytes = Buffer.concat([Buffer.alloc(100_000), batch.bytes, Buffer.alloc(100_000)]);
  const size = batch.bytes.length;
  queue.push(fetched([{ ...batch, bytes, start: 100_000, end: 100_000 + size }], 10, 12));
  expect(budget.bytes).toBe(size);
  queue.next();
  expect(queue.cursor.bytes.buffer).not.toBe(bytes.buffer);
  expect(queue.cursor.bytes.length).toBe(size);
  queue.next();
  queue.next();
  expect(budget.bytes).toBe(0);
});

test("the records of a batch without a body are taken one by one, hold nothing and have no row", () => {
  const budget = new FetchBudget(1024 * 1024);
  const queue = queueAt(10, budget);
  const table = rawTables(new WriterSchemas());
  const unreadable = { ...batchOf([10, 11, 12]), bytes: Buffer.alloc(0), end: 0, unreadable: "gzip: x" };
  queue.push(fetched([unreadable, batchOf([13])], 10, 14));
  expect(budget.bytes).toBe(batchOf([13]).bytes.length);
  const offsets: number[] = [];
  const rows = new RawRows(table.sends, 0);
  while (queue.next()) {
    offsets.push(queue.cursor.offset);
    rows.add(queue.cursor);
  }
  expect([offsets, rows.rowCount, queue.position]).toEqual([[10, 11, 12, 13], 0, 14]);
});
