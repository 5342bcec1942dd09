import { createSettingsLookup, defaultSettings, freshStart, MessageTable, Task } from "@antedate/join";
import { RecordCursor, toRecordBatch, type RecordBatch } from "@antedate/runtime";
import { compileSchema, EventView, inputs, ViewReader, viewFields, WriterSchemas, type Input } from "@antedate/schemas";
import type { InputEvent } from "@antedate/schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ownWriterOf } from "../../services/join/src/own-writers.ts";
import { deliveryEvent } from "../support/events.ts";
import { anyEvent, appendTime, asWritten, encoded, flip, headerOf, keyOf, written } from "../support/written-events.ts";

// The core's walk against RecordCursor and ViewReader: what it takes, they read in place, with the same fields.

const table = new MessageTable();
const task = new Task(createSettingsLookup(defaultSettings), freshStart(table));
const { core } = table;
const reader = new ViewReader(new WriterSchemas());
/** So many are never applied: they stay in the queue, to be looked at. */
const countMax = core.calls.queueMax.value - 1;

interface Row {
  input: Input;
  /** Of records, not all of which need to be some. */
  bytes: Buffer;
  count: number;
  isLogAppendTime?: boolean;
  /** Offsets that records say do not count then. */
  isDense?: boolean;
  latest?: number;
}

function batchOf({ bytes, count, isLogAppendTime = false, isDense }: Row, around: Buffer): RecordBatch {
  return {
    baseOffset: 1_000,
    lastOffset: isDense ? 999 + count : 1_000 + 3 * count,
    count,
    isLogAppendTime,
    baseTimestamp: appendTime,
    maxTimestamp: appendTime,
    bytes: Buffer.concat([around, bytes, around]),
    start: around.length,
    end: around.length + bytes.length,
    unreadable: null,
  };
}

/** How many the core takes of a row. All of them are held against the readers, whatever stands around the row. */
function walk(row: Row): number {
  const taken = [Buffer.alloc(0), Buffer.alloc(70, 0xff), row.bytes].map((around) => walkWithin(row, around));
  expect(new Set(taken).size).toBe(1);
  walkWithin({ ...row, isDense: true }, Buffer.alloc(0));
  return taken[0] as number;
}

function walkWithin(row: Row, around: Buffer): number {
  const { input, latest = Number.MAX_SAFE_INTEGER } = row;
  const cursor = new RecordCursor();
  cursor.open(batchOf(row, around));
  if (!goesOn(cursor)) return 0;
  const writer = ownWriter(input);
  const taken = task.walk(input, cursor, { writer, countMax, latest });
  const [start, bytes] = [cursor.recordStart, task.walkedBytes];
  let end = start;
  for (let place = 0; place < taken; place++) {
    if (place > 0) expect(goesOn(cursor)).toBe(true);
    expect(ownWriterOf(input, cursor)).toEqual(writer);
    expect(cursor.appendTime).toBeLessThanOrEqual(latest);
    expect(seenByCore(input, place)).toEqual(seenByReader(input, cursor));
    end = cursor.recordEnd;
  }
  expect(bytes).toBe(end - start);
  task.takePieces();
  return taken;
}

function ownWriter(input: Input) {
  const header = Buffer.from(headerOf(input), "hex");
  return { low: header.readInt32LE(2), high: header.readInt32LE(6) };
}

function goesOn(cursor: RecordCursor): boolean {
  try {
    return cursor.next();
  } catch {
    return false;
  }
}

type Fields = Pick<EventView, "start" | "length" | "number">;
const view = new EventView();

/** Null where it is no event, or had to be written anew. */
function seenByReader(input: Input, cursor: RecordCursor) {
  const { bytes, keyStart, keyLength, valueStart, valueLength, offset, appendTime: own } = cursor;
  const verdict = reader.read(input, bytes, keyStart, keyLength, valueStart, valueLength, own, view);
  if (verdict !== null || view.bytes !== bytes) return null;
  return { offset, appendTime: own, bytes: view.to - view.from, fields: fieldsOf(input, view, view.from, bytes) };
}

/** What an entry of the core's queue has. */
function seenByCore(input: Input, place: number) {
  const at = core.calls.queueAt.value + place * core.calls.entryBytes.value;
  const [words, doubles] = [core.words.subarray(at / 4), core.doubles.subarray(at / 8)];
  const fields = { start: words.subarray(0, 16), length: words.subarray(16, 32), number: doubles.subarray(16, 32) };
  const [base, from, to] = words.subarray(70, 73) as unknown as [number, number, number];
  return {
    offset: doubles[37],
    appendTime: doubles[38],
    bytes: to - from,
    fields: fieldsOf(input, fields, from - base, core.bytes.subarray(base)),
  };
}

/** What each field is, and where from the value's beginning on. */
function fieldsOf(input: Input, { start, length, number }: Fields, from: number, bytes: Uint8Array): unknown[] {
  return viewFields(input).map(({ kind }, field) => {
    if (kind !== "string" && kind !== "bytes") return number[field];
    const at = start[field] as number;
    const size = length[field] as number;
    return size < 0 ? null : [at - from, Buffer.from(bytes.subarray(at, at + size)).toString("hex")];
  });
}

interface Raw {
  key: Buffer | null;
  value: Buffer | null;
  appendTime?: number;
}

function rowOf(input: Input, records: Raw[]): Row {
  const all = records.map((record, offset) => ({ appendTime, ...record, offset: 3 * offset }));
  const batch = toRecordBatch([{ appendTime, offset: 0, key: null, value: null }, ...all]);
  // Without the first, which is there so that all count from the same time and offset.
  const first = toRecordBatch([{ appendTime, offset: 0, key: null, value: null }]).bytes.length;
  return { input, bytes: batch.bytes.subarray(first), count: records.length };
}

const rawOf = (own: InputEvent): Raw => ({ key: keyOf(own), value: encoded(own) });

/** IDs in other alphabets and times 70 000 years from now are for the owner. */
function isPlain(own: InputEvent): boolean {
  const startedAt = "started_at" in own.event ? (own.event.started_at ?? 0) : 0;
  return keyOf(own).every((byte) => byte < 128) && startedAt >= -(2 ** 51) && startedAt < 2 ** 51;
}

const runs = { numRuns: 400 };
const asciiEvent = fc
  .tuple(anyEvent, fc.string({ minLength: 1, maxLength: 40 }))
  .map(([own, id]) => ({ ...own, event: { ...own.event, message_id: id } }) as InputEvent);
const bits = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });

test("rows of our own events are walked up to the first whose ID or time is for the owner", () => {
  let walked = 0;
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 9, arbitrary: asciiEvent }, anyEvent), { minLength: 1, maxLength: 40 }),
      (events) => {
        for (const input of inputs) {
          const own = events.filter((event) => event.input === input);
          const odd = own.findIndex((event) => !isPlain(event));
          const expected = Math.min(countMax, odd < 0 ? own.length : odd);
          expect(walk(rowOf(input, own.map(rawOf)))).toBe(expected);
          walked += expected;
        }
      },
    ),
    runs,
  );
  expect(walked).toBeGreaterThan(400);
});

test("flipped bits, cut and longer rows, wrong counts, wrong inputs", () => {
  const events = fc.array(asciiEvent, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(events, bits, fc.constantFrom(...inputs), fc.nat(), fc.nat(9), (own, flips, input, cut, count) => {
      const row = rowOf(input, own.map(rawOf));
      const plain = rowOf((own[0] as InputEvent).input, own.map(rawOf));
      walk({ ...plain, bytes: flip(plain.bytes, flips) });
      walk({ ...plain, bytes: flip(plain.bytes, flips), isLogAppendTime: true });
      walk({ ...plain, bytes: plain.bytes.subarray(0, cut % plain.bytes.length) });
      walk({ ...plain, bytes: Buffer.concat([plain.bytes, plain.bytes]), count });
      walk(row);
    }),
    runs,
  );
});

test("flipped bits in values and keys, strange keys, nulls", () => {
  fc.assert(
    fc.property(asciiEvent, bits, fc.uint8Array({ maxLength: 3 }), (own, flips, strange) => {
      const [key, value] = [keyOf(own), encoded(own)];
      const records = [
        { key, value: flip(value, flips) },
        { key: flip(key, flips), value },
        { key: Buffer.from(strange), value },
        { key, value: Buffer.concat([value, strange]) },
        { key: null, value },
        { key, value: null },
        { key, value: Buffer.alloc(0) },
      ];
      for (const record of records) walk(rowOf(own.input, [record, rawOf(own)]));
    }),
    runs,
  );
});

test("strange bytes behind a header of ours", () => {
  const odd = fc.oneof(
    fc.uint8Array({ maxLength: 90 }),
    fc.array(fc.constantFrom(0, 1, 2, 3, 4, 8, 0x7f, 0x80, 0xff), { maxLength: 60 }).map((all) => Uint8Array.from(all)),
  );
  fc.assert(
    fc.property(odd, odd, fc.constantFrom(...inputs), (body, behind, input) => {
      const value = Buffer.concat([Buffer.from(headerOf(input), "hex"), body]);
      walk(rowOf(input, [{ key: Buffer.of(109), value }]));
      walk({ input, bytes: Buffer.from(behind), count: 1 });
    }),
    { numRuns: 2_000 },
  );
});

test("numbers in more bytes than they need, or beyond what they may be", () => {
  const odd = fc.constantFrom("8000", "feffffff0f", "feffffffff0f", "ffffffffffffff1f", "ffffffffffffff07", "02");
  const zeros = fc.integer({ min: 0, max: 12 }).map((count) => "80".repeat(count) + "00");
  let walked = 0;
  fc.assert(
    fc.property(fc.oneof(odd, zeros), fc.oneof(odd, zeros), fc.nat(9), (first, second, at) => {
      const fields = ["0265", "026d", "0274", "00", "0273", "80a0d4e5f566", "d00f", "0264", "0268", "00"];
      fields[at] = first;
      if (at !== 9) fields[9] = `02${second}`;
      const value = Buffer.from(headerOf("sends") + fields.join(""), "hex");
      walked += walk(rowOf("sends", [{ key: Buffer.from("m"), value }]));
    }),
    { numRuns: 2_000 },
  );
  expect(walked).toBeGreaterThan(0);
});

test("a row is walked up to the time that is asked for, and no event of another writer", () => {
  fc.assert(
    fc.property(
      asciiEvent,
      fc.array(fc.nat(5), { maxLength: 20 }),
      fc.integer({ min: -1, max: 5 }),
      (own, later, to) => {
        const records = later.map((ms) => ({ ...rawOf(own), appendTime: appendTime + ms }));
        const expected = later.findIndex((ms) => ms > to);
        if (!isPlain(own)) return;
        const row = { ...rowOf(own.input, records), latest: appendTime + to };
        expect(walk(row)).toBe(expected < 0 ? later.length : expected);
      },
    ),
    runs,
  );
  fc.assert(
    fc.property(written, ([own, writer]) => {
      const { header, fingerprint } = compileSchema(writer.schema);
      const isOurs = fingerprint === headerOf(own.input).slice(4);
      const value = Buffer.concat([header, asWritten(own, writer).body]);
      const row = rowOf(own.input, [{ key: keyOf(own), value }]);
      if (!isOurs) expect(walk(row)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("times at their bounds, and a value that goes on behind its record", () => {
  const at = (occurred_at: number): number => {
    const own = { input: "deliveries", event: deliveryEvent({ message_id: "m", occurred_at, started_at: null }) };
    return walk(rowOf("deliveries", [rawOf(own as InputEvent)]));
  };
  const [earliest, latest] = [Date.UTC(2000, 0, 1), appendTime + 86_400_000];
  expect([at(earliest - 1), at(earliest), at(latest), at(latest + 1)]).toEqual([0, 1, 1, 0]);
  const event = deliveryEvent({ occurred_at: appendTime, diagnostic: "x".repeat(220) });
  const raw = rawOf({ input: "deliveries", event });
  const row = rowOf("deliveries", [raw, raw]);
  expect(walk(row)).toBe(2);
  // The second one's length, less by two: its value ends a byte behind it.
  const second = row.bytes.length / 2;
  const low = row.bytes[second] as number;
  expect(low & 127).toBeGreaterThanOrEqual(4);
  row.bytes[second] = low - 4;
  expect(walk(row)).toBe(1);
});
