import fc from "fast-check";
import type { JoinSettings } from "@antedate/join";
import type { Counters, Input } from "@antedate/schemas";
import { classes, exposures, inputs, messageOutcomes } from "@antedate/schemas";
import { describe, expect, test } from "vitest";
import { interleaved } from "../support/append-times.ts";
import { differences, linesOf, toLine } from "../support/compare-rows.ts";
import {
  disposedOffsets,
  endInputs,
  engagementOffsets,
  freshTask,
  imbalance,
  type Piece,
  type DrivenTask,
} from "../support/drive-task.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { denseSettings, denseTraffic, lastAppendTime, punctualTraffic } from "../support/generators.ts";
import { oracle, windowsOf, type OracleRecord, type OracleRows } from "../support/oracle.ts";

const none = { missing: [], extra: [], count: 0 };
const runs = { numRuns: 1_500 };
const { windowMs, sendHoldMs } = denseSettings;

type Rows = Pick<OracleRows, "engagements" | "messages">;

/** A task that reads the records in the given order, commits now and then, and learns at the end that time is `end`. */
function joined(
  order: OracleRecord[],
  { seed, end, settings = denseSettings }: { seed: number; end?: number; settings?: JoinSettings },
): { task: DrivenTask; pieces: Piece[]; counters: Counters } {
  const random = createRandom(seed);
  const task = freshTask(settings);
  const pieces: Piece[] = [];
  for (const record of order) {
    task.apply(record);
    if (random() < 0.3) pieces.push(...task.takePieces());
  }
  endInputs(task, end ?? lastAppendTime(order) + 2 * windowMs);
  pieces.push(...task.takePieces());
  return { task, pieces, counters: (pieces.at(-1) as Piece).counters };
}

describe("the join against the oracle, all bounds met", () => {
  test("records in append-time order give its rows, each offset disposed of once, the books balanced in every piece", () => {
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (records, seed) => {
        const { task, pieces } = joined(records, { seed });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expect(disposedOffsets(pieces).toSorted((a, b) => a - b)).toEqual(engagementOffsets(records));
        expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
        expect(task.messageCount).toBe(0);
      }),
      runs,
    );
  });

  test("at any task time the rows are those that are due, and the rest is parked", () => {
    fc.assert(
      fc.property(denseTraffic, fc.integer(), fc.nat(windowMs + 1), (records, seed, later) => {
        const end = lastAppendTime(records) + later;
        const { task, pieces } = joined(records, { seed, end });
        const expected = oracle(records, denseSettings, end);
        const last = pieces.at(-1) as Piece;
        const { parked } = expected;
        expect(differences(linesOf(pieces), linesOf([expected]))).toEqual(none);
        expect(last.parked_count).toBe(parked.length);
        expect(last.parked_xor).toBe(parked.reduce((xor, offset) => xor ^ offset, 0));
        expect(task.parkedCount).toBe(parked.length);
        const written = pieces.flatMap((piece) => piece.parked.map((row) => row.input_offset));
        const disposed = new Set(disposedOffsets(pieces));
        expect(new Set(written).size).toBe(written.length);
        expect(written.filter((offset) => !disposed.has(offset)).toSorted((a, b) => a - b)).toEqual(
          parked.toSorted((a, b) => a - b),
        );
      }),
      runs,
    );
  });

  test("inputs that lag behind each other, by up to a window, give the same rows", () => {
    const lags = fc.constantFrom(1, sendHoldMs, windowMs);
    fc.assert(
      fc.property(punctualTraffic, fc.integer(), lags, (records, seed, lagMs) => {
        const order = interleaved(records, createRandom(seed + 1), lagMs);
        const { pieces } = joined(order, { seed });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expect(disposedOffsets(pieces).toSorted((a, b) => a - b)).toEqual(engagementOffsets(records));
        expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
      }),
      runs,
    );
  });

  test("what a late send serves may depend on the lag, in the send's columns and in nothing else", () => {
    const settings = { ...denseSettings, domains: {}, mxSuffixes: {} };
    const withoutSend = ({ engagements, messages }: Rows) => [
      ...messages.map((row) => toLine(row)),
      ...engagements.map((row) =>
        toLine({ ...row, tenant: "", campaign: null, sent_at: null, recipient_domain: "", recipient_hash: null }),
      ),
    ];
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (records, seed) => {
        const order = interleaved(records, createRandom(seed + 1), 1);
        const { pieces } = joined(order, { seed, settings });
        expect(differences(pieces.flatMap(withoutSend), withoutSend(oracle(records, settings)))).toEqual(none);
      }),
      runs,
    );
  });

  test("records that are delivered again within their window change the counters of duplicates and nothing else", () => {
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (records, seed) => {
        const twice = withCopies(records, createRandom(seed));
        const spread = records.map((record) => ({ ...record, offset: 2 * record.offset }));
        const once = joined(spread, { seed });
        const again = joined(twice, { seed });
        expect(differences(linesOf(again.pieces), linesOf(once.pieces))).toEqual(none);
        const copies = (input: Input): number => twice.filter((record) => record.input === input).length;
        const expected = { ...once.counters };
        for (const input of inputs) {
          const more = copies(input) - records.filter((record) => record.input === input).length;
          expected[`${input}_read`] += more;
          expected[`${input}_duplicate`] += more;
        }
        expect(again.counters).toEqual(expected);
      }),
      runs,
    );
  });
});

/** Offsets doubled, so that a copy of an earlier record of the same window and input finds a place after any record. */
function withCopies(records: OracleRecord[], random: () => number): OracleRecord[] {
  const windows = windowsOf(records, windowMs);
  const windowOf = (record: OracleRecord): OracleRecord[] =>
    windows.find((window) => window.includes(record)) as OracleRecord[];
  return records.flatMap((record, index) => {
    const own = { ...record, offset: 2 * record.offset };
    const earlier = records.slice(0, index + 1).filter((other) => {
      const end = (windowOf(other)[0] as OracleRecord).appendTime + windowMs;
      return other.input === record.input && record.appendTime <= end;
    });
    const copied = earlier[Math.floor(random() * earlier.length)];
    if (copied === undefined || random() < 0.5) return [own];
    return [own, { ...copied, offset: 2 * record.offset + 1, appendTime: record.appendTime }];
  });
}

test("dense traffic meets every class, exposure, outcome and counter, and IDs that live through several windows", () => {
  const samples = fc.sample(denseTraffic, { numRuns: 600, seed: 1 });
  const met = new Set<string>();
  for (const records of samples) {
    const { pieces, counters } = joined(records, { seed: 1 });
    for (const row of pieces.flatMap(({ engagements }) => engagements)) {
      met.add(row.class).add(`exposed ${row.exposure}`).add(`uncertain ${row.uncertain}`);
    }
    const messages = pieces.flatMap((piece) => piece.messages);
    for (const { outcome } of messages) met.add(`ended ${outcome}`);
    for (const [name, count] of Object.entries(counters)) if (count > 0) met.add(name);
    if (new Set(messages.map((row) => row.message_id)).size < messages.length) met.add("several windows");
  }
  const expected = [
    ...classes,
    ...exposures.map((exposure) => `exposed ${exposure}`),
    ...messageOutcomes.map((outcome) => `ended ${outcome}`),
    "uncertain true",
    "uncertain false",
    "several windows",
    ...Object.keys(joined([], { seed: 1 }).counters).filter((name) => !name.endsWith("_rejected")),
  ];
  expect(expected.filter((name) => !met.has(name))).toEqual([]);
});
