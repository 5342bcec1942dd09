import { toRecordBatch } from "@antedate/runtime";
import { expect, test } from "vitest";
import { FetchQueue } from "./fetch-queue.ts";

const control = { start: () => {}, pause: () => {}, resume: () => {}, commit: () => {} };

test("the lag counts what is known to exist and was not taken, queued or not", () => {
  const queue = new FetchQueue("email.sends", control);
  expect(queue.lag).toBeNull();
  queue.start(10);
  expect(queue.lag).toBe(0);
  const records = [10, 11].map((offset) => ({ offset, appendTime: 1, key: null, value: null }));
  queue.push({ batches: [toRecordBatch(records)], fetchedOffset: 10, nextOffset: 12, highWatermark: 20 });
  expect(queue.lag).toBe(10);
  queue.take();
  expect(queue.lag).toBe(9);
  queue.take();
  queue.passOver(20);
  expect(queue.lag).toBe(0);
});
