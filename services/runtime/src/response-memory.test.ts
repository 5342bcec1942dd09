import fc from "fast-check";
import { expect, test } from "vitest";
import type { RecordBatch } from "./record-batch.ts";
import { ResponseMemory } from "./response-memory.ts";
import { toRecordBatch } from "./write-record-batch.ts";

/** A response with batches of so many bytes each, one behind the other, filled with a number. */
function response(memory: ResponseMemory, sizes: readonly number[], filling: number) {
  const bytes = memory.allocate(sizes.reduce((sum, size) => sum + size, 8)).fill(filling);
  let start = 8;
  const batches = sizes.map((size): RecordBatch => {
    const batch = { ...toRecordBatch([]), count: 1, bytes, start, end: start + size };
    start += size;
    return batch;
  });
  memory.expect(bytes, batches);
  return { bytes, batches };
}

test("the memory of a response is used again once all its batches were walked, not before", () => {
  const memory = new ResponseMemory();
  const { bytes, batches } = response(memory, [100_000, 200_000], 1);
  const [first, second] = batches as [RecordBatch, RecordBatch];
  memory.doneWith(first);
  expect(memory.allocate(250_000).buffer).not.toBe(bytes.buffer);
  memory.doneWith(second);
  const next = memory.allocate(250_000);
  expect(next.buffer).toBe(bytes.buffer);
  expect(next.length).toBe(250_000);
});

test("a batch that was walked is empty, and to be done with it once more changes nothing", () => {
  const memory = new ResponseMemory();
  const { bytes, batches } = response(memory, [100_000, 200_000], 1);
  const [first, second] = batches as [RecordBatch, RecordBatch];
  memory.doneWith(first);
  memory.doneWith(first);
  expect(first).toMatchObject({ count: 0, start: 0, end: 0 });
  expect(first.bytes.length).toBe(0);
  expect(second.bytes).toBe(bytes);
  expect(memory.allocate(250_000).buffer).not.toBe(bytes.buffer);
});

test("memory that is far larger than a response is not used for it", () => {
  const memory = new ResponseMemory();
  const { batches } = response(memory, [5_000_000], 1);
  for (const batch of batches) memory.doneWith(batch);
  expect(memory.allocate(100_000).buffer.byteLength).toBeLessThan(120_000);
});

test("batches in bytes of their own are no response's", () => {
  const memory = new ResponseMemory();
  const bytes = memory.allocate(100_000);
  const own = { ...toRecordBatch([{ offset: 0, appendTime: 1, key: null, value: Buffer.alloc(9) }]) };
  memory.expect(bytes, [own]);
  memory.doneWith(own);
  expect(own.bytes.length).toBeGreaterThan(0);
  expect(bytes.length).toBe(100_000);
});

test("what waits never changes, in whatever order batches are walked while responses come", () => {
  const size = fc.integer({ min: 1, max: 40_000 });
  const come = fc.record({ sizes: fc.array(size, { minLength: 1, maxLength: 5 }) });
  const walk = fc.record({ place: fc.nat() });
  fc.assert(
    fc.property(fc.array(fc.oneof(come, walk), { maxLength: 60 }), (events) => {
      const memory = new ResponseMemory();
      const waiting: { batch: RecordBatch; filling: number }[] = [];
      for (const [index, event] of events.entries()) {
        const filling = index + 1;
        if ("sizes" in event) {
          const { batches } = response(memory, event.sizes, filling);
          waiting.push(...batches.map((batch) => ({ batch, filling })));
        } else if (waiting.length > 0) {
          const [{ batch } = waiting[0] as (typeof waiting)[0]] = waiting.splice(event.place % waiting.length, 1);
          memory.doneWith(batch);
        }
        for (const { batch, filling: expected } of waiting) {
          const bytes = batch.bytes.subarray(batch.start, batch.end);
          expect(bytes.length).toBe(batch.end - batch.start);
          expect([bytes[0], bytes.at(-1)]).toEqual([expected, expected]);
        }
      }
    }),
    { numRuns: 200 },
  );
});
