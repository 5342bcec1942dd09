import { bodyOf, createSettingsLookup, freshStart, MessageTable, Task } from "@antedate/join";
import { toRecordBatch, type RecordBatch } from "@antedate/runtime";
import { decodeCommitBody, encodeEvent, inputs, WriterSchemas, type Input } from "@antedate/schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeySampler } from "../../services/join/src/key-sampler.ts";
import { RecordReader } from "../../services/join/src/record-reader.ts";
import { takeRecords } from "../../services/join/src/take-records.ts";
import { TaskInputs } from "../../services/join/src/task-inputs.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { denseSettings, denseTraffic } from "../support/generators.ts";
import type { OracleRecord } from "../support/oracle.ts";

// A task whose core walks records, against one that was given each: the same COMMITs, rejects and sampled keys.

const topics = { sends: "s", deliveries: "d", engagements: "e" };
const none = { sends: 0, deliveries: 0, engagements: 0 };

interface Raw {
  offset: number;
  appendTime: number;
  key: Buffer | null;
  value: Buffer | null;
}

/** An event as it may stand in a topic: mostly whole, some broken, of another writer, in another alphabet or very large. */
function rawOf(own: OracleRecord, random: () => number): Raw {
  const { input, offset, appendTime } = own;
  const id = random() < 0.03 ? `${own.event.message_id}é` : own.event.message_id;
  const event = { ...own.event, message_id: id } as typeof own.event;
  if ("user_agent" in event && random() < 0.05) event.user_agent = "x".repeat(Math.floor(random() * 1_100_000));
  let value: Buffer | null = encodeEvent(input, event);
  const share = random();
  if (share < 0.02) value = null;
  else if (share < 0.04) value = value.subarray(0, Math.floor(random() * value.length));
  else if (share < 0.06) value[Math.floor(random() * value.length)] = Math.floor(random() * 256);
  else if (share < 0.08) value = Buffer.concat([Buffer.of(0, 0, 0, 0, 9), value]);
  const key = random() < 0.02 ? null : Buffer.from(id);
  return { offset, appendTime, key, value };
}

/** An input's records in batches, several of them in the bytes of one response. */
function batchesOf(records: Raw[], random: () => number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let from = 0; from < records.length;) {
    const to = from + 1 + Math.floor(random() * 12);
    const batch = toRecordBatch(records.slice(from, to));
    const isLogAppendTime = random() < 0.5;
    batches.push({ ...batch, isLogAppendTime, maxTimestamp: batch.baseTimestamp });
    from = to;
  }
  const bytes = Buffer.concat(batches.map((batch) => batch.bytes));
  let at = 0;
  return batches.map((batch) => {
    const start = at;
    at += batch.bytes.length;
    return random() < 0.3 ? batch : { ...batch, bytes, start, end: at };
  });
}

interface Way {
  isWalked: boolean;
  /** Rows that fill a COMMIT. */
  rowsMax?: number;
}

function taken(batches: Record<Input, RecordBatch[]>, seed: number, { isWalked, rowsMax }: Way) {
  const random = createRandom(seed);
  const seen: string[] = [];
  const log = { warn: (fields: object) => seen.push(JSON.stringify(fields)) };
  const schemas = new WriterSchemas();
  schemas.hasNoRegistry();
  let now = 0;
  const keys = new KeySampler(1_000_003, log as never);
  const reader = new RecordReader({ partition: 0, topics, schemas, keys, now: () => (now += 60_000) });
  const table = new MessageTable(2);
  const task = new Task(createSettingsLookup(denseSettings), freshStart(table));
  if (rowsMax !== undefined) table.core.calls.limitPieces(rowsMax);
  const ends = Object.fromEntries(inputs.map((input) => [input, 1 + (batches[input].at(-1)?.lastOffset ?? -1)]));
  const queued = new TaskInputs(none, ends as never);
  const commits: string[] = [];
  const rows = { engagements: [] as unknown[], messages: [] as unknown[] };
  let walked = 0;
  const commit = (): void => {
    for (const piece of task.takePieces()) {
      commits.push(Buffer.from(bodyOf(piece)).toString("latin1"));
      const { engagements, messages } = decodeCommitBody(bodyOf(piece));
      rows.engagements.push(...engagements);
      rows.messages.push(...messages);
    }
    commits.push(JSON.stringify([task.nextOffsets, task.taskTime, reader.takeRejects()]));
  };
  const give = (countMax: number): number => {
    let count = 0;
    for (; count < countMax && !task.draft.isFull; count++) {
      const input = queued.next();
      if (input === null) break;
      reader.give(task, input, queued.head(input), true);
      queued.pass(input);
    }
    return count;
  };
  const own = reader.walk.bind(reader);
  reader.walk = (...walk) => {
    const count = own(...walk);
    walked += count;
    return count;
  };
  const waiting = { ...batches };
  while (inputs.some((input) => waiting[input].length > 0)) {
    for (const input of inputs) {
      const count = Math.floor(random() * 3);
      const [some, rest] = [waiting[input].slice(0, count), waiting[input].slice(count)];
      waiting[input] = rest;
      const nextOffset = 1 + (some.at(-1)?.lastOffset ?? -1);
      queued.push(input, { batches: some, fetchedOffset: 0, nextOffset, highWatermark: nextOffset });
    }
    const countMax = Math.ceil(random() * 40);
    if (isWalked) takeRecords(queued, reader, task, countMax);
    else give(countMax);
    if (task.draft.isFull || random() < 0.3) commit();
  }
  while ((isWalked ? takeRecords(queued, reader, task, 50) : give(50)) > 0) {
    if (task.draft.isFull || random() < 0.3) commit();
  }
  task.closeAll();
  commit();
  return { commits, rows, seen, walked };
}

/** Events of all inputs in batches, some of them broken. */
function toBatches(records: OracleRecord[], seed: number): Record<Input, RecordBatch[]> {
  const random = createRandom(seed);
  const entries = inputs.map((input) => {
    const own = records.filter((record) => record.input === input);
    return [
      input,
      batchesOf(
        own.map((record, offset) => rawOf({ ...record, offset }, random)),
        random,
      ),
    ];
  });
  return Object.fromEntries(entries) as Record<Input, RecordBatch[]>;
}

test("what is walked and what is given one by one come to the same", () => {
  let walked = 0;
  let rejects = 0;
  fc.assert(
    fc.property(denseTraffic, fc.integer(), (records, seed) => {
      const batches = toBatches(records, seed);
      const byCore = taken(batches, seed, { isWalked: true });
      const given = taken(batches, seed, { isWalked: false });
      expect(byCore.commits).toEqual(given.commits);
      expect(byCore.seen).toEqual(given.seen);
      walked += byCore.walked;
      rejects += byCore.commits.filter((commit) => commit.includes("reason")).length;
    }),
    { numRuns: 300 },
  );
  expect(walked).toBeGreaterThan(1_000);
  expect(rejects).toBeGreaterThan(50);
});

/** Where a COMMIT ends depends on how many records were queued when it was full, its rows do not. */
test("also where few rows fill a COMMIT: the same rows in the same order", () => {
  const manyRecords = fc.tuple(denseTraffic, denseTraffic, denseTraffic).map(([first, ...others]) => {
    const all = [...first];
    for (const other of others) {
      const after = (all.at(-1) as OracleRecord).appendTime - (other[0] as OracleRecord).appendTime;
      all.push(...other.map((record) => ({ ...record, appendTime: record.appendTime + after })));
    }
    return all;
  });
  fc.assert(
    fc.property(manyRecords, fc.integer(), fc.integer({ min: 1, max: 6 }), (records, seed, rowsMax) => {
      const batches = toBatches(records, seed);
      const byCore = taken(batches, seed, { isWalked: true, rowsMax });
      const given = taken(batches, seed, { isWalked: false, rowsMax });
      expect(byCore.rows).toEqual(given.rows);
      expect(byCore.seen).toEqual(given.seen);
    }),
    { numRuns: 200 },
  );
});
