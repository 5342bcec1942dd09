import fc from "fast-check";
import { expect, test } from "vitest";
import type { FetchedRecord } from "./flow.ts";
import { takeBody, TornBatchError } from "./record-batch.ts";
import { RecordCursor } from "./record-cursor.ts";
import { toRecordBatch, toRecords } from "./write-record-batch.ts";

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null });
const record = fc.record({
  offset: fc.nat(2 ** 31 - 1),
  appendTime: fc.integer({ min: 0, max: 2 ** 45 }),
  key: bytesOrNull,
  value: bytesOrNull,
});
const anyRecords = fc
  .uniqueArray(record, { maxLength: 20, selector: ({ offset }) => offset })
  .map((records) =>
    records
      .toSorted((one, other) => one.offset - other.offset)
      .map(({ key, value, ...rest }): FetchedRecord => ({ ...rest, key: asBuffer(key), value: asBuffer(value) })),
  );

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}

test("a cursor reads the records that a batch was made of", () => {
  fc.assert(
    fc.property(anyRecords, fc.nat(2 ** 31 - 1), (records, from) => {
      const batch = toRecordBatch(records);
      expect(toRecords(batch)).toEqual(records);
      expect(toRecords(batch, from)).toEqual(records.filter(({ offset }) => offset >= from));
      expect(batch.lastOffset).toBe(records.at(-1)?.offset ?? 0);
    }),
  );
});

test("a batch that is cut, or has bytes that no record is in, is torn", () => {
  fc.assert(
    fc.property(anyRecords, fc.nat(), (records, cut) => {
      fc.pre(records.length > 0);
      const batch = toRecordBatch(records);
      expect(() => toRecords({ ...batch, end: cut % batch.end })).toThrow(TornBatchError);
      const longer = Buffer.concat([batch.bytes, Buffer.of(0)]);
      expect(() => toRecords({ ...batch, bytes: longer, end: longer.length })).toThrow(TornBatchError);
      expect(() => toRecords({ ...batch, count: records.length + 1 })).toThrow(TornBatchError);
    }),
  );
});

test("strange bytes are walked or torn, never past their end", () => {
  const bytes = fc.uint8Array({ maxLength: 100 }).map((all) => Buffer.from(all));
  fc.assert(
    fc.property(bytes, fc.nat(5), (all, count) => {
      const cursor = new RecordCursor();
      const end = all.length;
      const padded = Buffer.concat([all, Buffer.alloc(100, 1)]);
      cursor.open({ ...toRecordBatch([]), count, bytes: padded, end });
      try {
        while (cursor.next()) {
          expect(cursor.keyStart + Math.max(cursor.keyLength, 0)).toBeLessThanOrEqual(end);
          expect(cursor.valueStart + Math.max(cursor.valueLength, 0)).toBeLessThanOrEqual(end);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(TornBatchError);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("any negative length of a key or value is null; a record of negative length is torn", () => {
  const cursor = new RecordCursor();
  // Length, attributes, time, offset, key −1, value −3, no headers.
  const bytes = Buffer.from([12, 0, 0, 0, 1, 5, 0]);
  cursor.open({ ...toRecordBatch([]), count: 1, bytes, end: bytes.length });
  expect([cursor.next(), cursor.keyLength, cursor.valueLength, cursor.next()]).toEqual([true, -1, -1, false]);
  cursor.open({ ...toRecordBatch([]), count: 1, bytes: Buffer.from([1, 0, 0]), end: 3 });
  expect(() => cursor.next()).toThrow(TornBatchError);
});

test("one cursor walks batch after batch; without a batch it has no record", () => {
  const cursor = new RecordCursor();
  expect(cursor.next()).toBe(false);
  for (const offset of [7, 3]) {
    cursor.open(toRecordBatch([{ offset, appendTime: 5, key: null, value: Buffer.from("v") }]));
    expect([cursor.next(), cursor.offset, cursor.keyLength, cursor.valueLength]).toEqual([true, offset, -1, 1]);
    expect([cursor.next(), cursor.next()]).toEqual([false, false]);
  }
});

/** One record whose numbers stand as they are given: key `k`, value `v`. */
function spelled({ length = [16], offset = [0], keyLength = [2] }: Record<string, number[]>): Buffer {
  return Buffer.of(...length, 0, 0, ...offset, ...keyLength, 0x6b, 2, 0x76, 0);
}

test("of an int's fifth byte four bits count, as in Kafka's own clients and brokers", () => {
  const long = spelled({ length: [0x98, 0x80, 0x80, 0x80, 0x10], keyLength: [0x82, 0x80, 0x80, 0x80, 0x70] });
  const one = toRecordBatch([{ offset: 7, appendTime: 1, key: null, value: null }]);
  const batch = { ...one, bytes: long, end: long.length };
  expect(toRecords(batch)).toMatchObject([{ offset: 7, key: Buffer.from("k"), value: Buffer.from("v") }]);
  const endless = spelled({ length: [0x98, 0x80, 0x80, 0x80, 0x80, 0x00] });
  expect(() => toRecords({ ...batch, bytes: endless, end: endless.length })).toThrow(TornBatchError);
});

test("where no record is missing, offsets are those that the broker gave, whatever a producer wrote", () => {
  const far = [0xfe, 0xff, 0xff, 0xff, 0x0f];
  const bytes = Buffer.concat([
    spelled({ length: [24], offset: far }),
    spelled({ length: [16], offset: [5] }),
    spelled({ length: [16], offset: [0] }),
  ]);
  const batch = { ...toRecordBatch([]), baseOffset: 100, lastOffset: 102, count: 3, bytes, end: bytes.length };
  expect(toRecords(batch).map(({ offset }) => offset)).toEqual([100, 101, 102]);
});

test("a batch without a body gives nothing at each of its offsets, at its newest time", () => {
  const batch = toRecordBatch([3, 4, 9].map((offset) => ({ offset, appendTime: 10 + offset, key: null, value: null })));
  takeBody(batch, "gzip: x");
  const nothing = { appendTime: 19, key: null, value: null };
  const offsets = [3, 4, 5, 6, 7, 8, 9];
  expect(toRecords(batch)).toEqual(offsets.map((offset) => ({ ...nothing, offset })));
  expect(toRecords(batch, 8)).toEqual([8, 9].map((offset) => ({ ...nothing, offset })));
  const cursor = new RecordCursor();
  cursor.open(batch);
  while (cursor.next()) expect([cursor.keyStart, cursor.valueStart, cursor.bytes.length]).toEqual([0, 0, 0]);
  cursor.open(toRecordBatch([{ offset: 7, appendTime: 5, key: null, value: Buffer.from("v") }]));
  expect([cursor.next(), cursor.offset, cursor.appendTime, cursor.valueLength]).toEqual([true, 7, 5, 1]);
});
