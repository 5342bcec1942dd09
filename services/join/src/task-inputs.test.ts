import { responseMemory, toRecordBatch, type Fetched, type RecordBatch } from "@antedate/runtime";
import type { Input } from "@antedate/schemas";
import { expect, test } from "vitest";
import { BatchQueue } from "./batch-queue.ts";
import { TaskInputs } from "./task-inputs.ts";

const zero = { sends: 0, deliveries: 0, engagements: 0 };

function fetched(from: number, appendTimes: number[], highWatermark = from + appendTimes.length): Fetched {
  const records = appendTimes.map((appendTime, index) => ({
    offset: from + index,
    appendTime,
    key: null,
    value: null,
  }));
  return { batches: [toRecordBatch(records)], fetchedOffset: from, nextOffset: from + records.length, highWatermark };
}

function order(queued: TaskInputs, below?: typeof zero): string[] {
  const taken: string[] = [];
  for (let input: Input | null; (input = queued.next(below)) !== null; queued.pass(input))
    taken.push(`${input} ${queued.head(input).appendTime}`);
  return taken;
}

test("records come in append-time order, equal times as send, delivery, engagement", () => {
  const queued = new TaskInputs(zero, zero);
  queued.push("engagements", fetched(0, [5, 9]));
  queued.push("deliveries", fetched(0, [5, 7]));
  queued.push("sends", fetched(0, [5]));
  expect(order(queued)).toEqual(["sends 5", "deliveries 5", "engagements 5", "deliveries 7", "engagements 9"]);
});

test("an input that is known to have more is waited for", () => {
  const queued = new TaskInputs(zero, { ...zero, sends: 1 });
  queued.push("engagements", fetched(0, [5]));
  expect(queued.next()).toBeNull();
  queued.push("sends", fetched(0, [9]));
  expect(order(queued)).toEqual(["engagements 5", "sends 9"]);
});

test("a marker that is no record ends the wait", () => {
  const queued = new TaskInputs(zero, { ...zero, sends: 1 });
  queued.push("engagements", fetched(0, [5]));
  queued.moveTo("sends", 1);
  expect(order(queued)).toEqual(["engagements 5"]);
});

test("what was queued before is not queued again", () => {
  const queued = new TaskInputs(zero, zero);
  queued.push("sends", fetched(0, [1, 2, 3]));
  queued.push("sends", fetched(1, [2, 3, 4]));
  expect(order(queued)).toEqual(["sends 1", "sends 2", "sends 3", "sends 4"]);
});

test("with a bound, what lies beyond it is left and no longer waited for", () => {
  const queued = new TaskInputs(zero, { ...zero, deliveries: 9 });
  queued.push("sends", fetched(0, [1, 2, 3]));
  queued.push("deliveries", fetched(0, [1]));
  expect(order(queued, { sends: 2, deliveries: 1, engagements: 0 })).toEqual(["sends 1", "deliveries 1", "sends 2"]);
});

test("the lag counts what is known to exist and was not taken, queued or not", () => {
  const queued = new TaskInputs(zero, { ...zero, sends: 3 });
  expect(queued.lag).toEqual({ sends: 3, deliveries: 0, engagements: 0 });
  queued.push("sends", fetched(0, [5, 6], 7));
  expect(queued.lag.sends).toBe(7);
  queued.pass("sends");
  expect(queued.lag.sends).toBe(6);
  queued.pass("sends");
  queued.moveTo("sends", 7);
  expect(queued.lag.sends).toBe(0);
});

test("a batch that has to wait does not hold the fetch response that it came in, one that was walked holds nothing", () => {
  const queue = new BatchQueue();
  const response = responseMemory.allocate(1_000_000);
  const { batch, next } = within(response);
  responseMemory.expect(response, [batch, next]);
  queue.push(batch, 0);
  queue.push(next, 0);
  expect(queue.bytes).toBe(2 * (batch.end - batch.start));
  queue.keepOwnBytes();
  queue.pass();
  expect(queue.cursor.offset).toBe(1);
  expect(queue.cursor.bytes.length).toBeLessThan(1_000);
});

test("a batch that has to wait keeps its place in a response most of which waits, whoever's it is", () => {
  const [queue, other] = [new BatchQueue(), new BatchQueue()];
  const response = responseMemory.allocate(1_000_000);
  const { batch, next } = within(response);
  const most = mostOf(response);
  responseMemory.expect(response, [batch, next, most]);
  queue.push(batch, 0);
  queue.push(next, 0);
  other.push(most, 0);
  queue.keepOwnBytes();
  queue.pass();
  expect(queue.cursor.bytes).toBe(response);
});

test("a response does not wait for a task that has ended", () => {
  const [ended, other] = [new TaskInputs(zero, zero), new TaskInputs(zero, zero)];
  const response = responseMemory.allocate(1_000_000);
  const { batch, next } = within(response);
  const most = mostOf(response);
  responseMemory.expect(response, [batch, next, most]);
  ended.push("sends", { ...fetched(0, [1]), batches: [most] });
  other.push("sends", { ...fetched(0, [1, 1]), batches: [batch, next] });
  ended.drop();
  other.keepOwnBytes();
  other.pass("sends");
  expect(other.head("sends").bytes.length).toBeLessThan(1_000);
});

test("the memory of a response whose batches were all taken is for the next", () => {
  const inputs = new TaskInputs(zero, zero);
  // As large as no other here, so that no other memory is there for it.
  const responses = [0, 1].map(() => responseMemory.allocate(20_000_000));
  for (const response of responses) {
    const { batch, next } = within(response);
    responseMemory.expect(response, [batch, next]);
    // The second time they are below the position.
    inputs.push("sends", { ...fetched(0, [1, 1]), batches: [batch, next] });
  }
  expect(order(inputs)).toEqual(["sends 1", "sends 1"]);
  const next = [0, 1].map(() => responseMemory.allocate(20_000_000));
  expect(next.map(({ buffer }) => buffer)).toEqual(responses.map(({ buffer }) => buffer));
});

test("what waits is the same when it has bytes of its own, whenever it gets them", () => {
  for (const turn of [0, 1, 2]) {
    const queue = new BatchQueue();
    const response = responseMemory.allocate(1_000_000);
    const { batch, next } = within(response);
    responseMemory.expect(response, [batch, next]);
    const seen: string[] = [];
    for (const each of [batch, next]) queue.push(each, 0);
    for (let at = 0; queue.hasRecord; at++) {
      if (at === turn) queue.keepOwnBytes();
      const { bytes, keyStart, keyLength, offset } = queue.cursor;
      seen.push(`${offset} ${bytes.toString("latin1", keyStart, keyStart + keyLength)}`);
      queue.pass();
    }
    expect(seen).toEqual(["0 k", "1 k"]);
    expect(queue.bytes).toBe(0);
  }
});

/** A batch that is most of a response. */
function mostOf(response: Buffer): RecordBatch {
  const large = toRecordBatch([{ offset: 0, appendTime: 1, key: null, value: Buffer.alloc(900_000) }]);
  large.bytes.copy(response, 2_000);
  return { ...large, bytes: response, start: 2_000, end: 2_000 + large.bytes.length };
}

/** Two batches of one record each that are a small part of a response. */
function within(response: Buffer): { batch: RecordBatch; next: RecordBatch } {
  const [batch, next] = [0, 1].map((offset) => {
    const own = toRecordBatch([{ offset, appendTime: 1, key: Buffer.from("k"), value: Buffer.from("v") }]);
    const start = 500 * (offset + 1);
    own.bytes.copy(response, start);
    return { ...own, bytes: response, start, end: start + own.bytes.length };
  });
  return { batch: batch as RecordBatch, next: next as RecordBatch };
}
