import fc from "fast-check";
import { defaultSettings, type JoinSettings } from "@antedate/join";
import { describe, expect, test } from "vitest";
import { appended, interleaved } from "../support/append-times.ts";
import { differences, linesOf, toLine } from "../support/compare-rows.ts";
import {
  disposedOffsets,
  endInputs,
  engagementOffsets,
  freshTask,
  imbalance,
  MemoryLog,
  type Piece,
} from "../support/drive-task.ts";
import { createRandom, generateTraffic } from "../support/generate-traffic.ts";
import { inAppendOrder } from "../support/generators.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";

const from = Date.UTC(2026, 0, 1);
const none = { missing: [], extra: [], count: 0 };
const runs = { numRuns: 150 };
/** A send that is appended in the same millisecond as its message's outcome, which waits for nothing. */
const sendWithOutcome = { seed: 1748158087, messages: 32 };
const heavyRuns = { numRuns: 30 };

const settings: JoinSettings = {
  ...defaultSettings,
  windowMs: 60_000,
  sendHoldMs: 5_000,
  sources: { ses: { settleMs: 8_000 }, own: { sendHoldMs: 0 } },
  domains: { "aspen.example": { nearBeforeMs: 30_000, nearAfterMs: 1_000 } },
  mxSuffixes: { "pphosted.com": { nearAfterMs: 600_000 } },
};

/**
 * Some messages' traffic in the order in which a task takes it: an outcome that waits for nothing would miss a send that is
 * taken behind it. Within a gap of 500 ms windows begin and end in the midst of it.
 */
function traffic(seed: number, messages: number): OracleRecord[] {
  const random = createRandom(seed);
  const records = appended(generateTraffic({ seed, messages, now: from }), from, random, random() < 0.5 ? 500 : 5_000);
  return inAppendOrder(records);
}

function expectedLines(records: OracleRecord[]): string[] {
  const rows = oracle(records, settings);
  return [...rows.engagements, ...rows.messages].map((row) => toLine(row));
}

function endOf(records: OracleRecord[]): number {
  return Math.max(from, ...records.map(({ appendTime }) => appendTime)) + 10 * settings.windowMs;
}

describe("the join against the oracle", () => {
  const shape = { seed: fc.integer(), messages: fc.integer({ min: 1, max: 60 }) };

  test("records read in append-time order give its rows, each offset is disposed of once, the books balance", () => {
    fc.assert(
      fc.property(fc.record(shape), ({ seed, messages }) => {
        const records = traffic(seed, messages);
        const random = createRandom(seed + 1);
        const task = freshTask(settings);
        const pieces: Piece[] = [];
        for (const record of records) {
          task.apply(record);
          if (random() < 0.1) pieces.push(...task.takePieces());
        }
        endInputs(task, endOf(records));
        pieces.push(...task.takePieces());
        expect(differences(linesOf(pieces), expectedLines(records))).toEqual(none);
        expect(disposedOffsets(pieces).sort((a, b) => a - b)).toEqual(engagementOffsets(records));
        expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
        expect(task.messageCount).toBe(0);
      }),
      { ...runs, examples: [[sendWithOutcome]] },
    );
  });

  test("inputs that lag behind each other give the same rows while no hold, settle or window falls into the lag", () => {
    const patient = {
      ...settings,
      windowMs: 40 * 86_400_000,
      sendHoldMs: 3_600_000,
      sources: { ses: { settleMs: 3_600_000 } },
    };
    fc.assert(
      fc.property(fc.record(shape), ({ seed, messages }) => {
        const records = traffic(seed, messages);
        const order = interleaved(records, createRandom(seed + 2), 600_000);
        const task = freshTask(patient);
        for (const record of order) task.apply(record);
        task.closeAll();
        const rows = oracle(records, patient);
        const expected = [...rows.engagements, ...rows.messages].map((row) => toLine(row));
        expect(differences(linesOf(task.takePieces()), expected)).toEqual(none);
      }),
      runs,
    );
  });

  test("crashes at any commit, also within a step, change no row and write nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(shape), async ({ seed, messages }) => {
        const records = traffic(seed, messages).map(heavy(seed));
        const random = createRandom(seed + 3);
        const log = new MemoryLog();
        log.fence();
        let task = freshTask(settings);
        let crashesLeft = 8;
        /** Writes some of what is due, perhaps not all of it; false is a crash. */
        const commit = (): boolean => {
          for (const piece of task.takePieces()) {
            if (crashesLeft > 0 && random() < 0.15) {
              crashesLeft--;
              return false;
            }
            log.commit(piece);
          }
          return true;
        };
        const readOn = (): boolean => {
          const { nextOffsets } = task;
          for (const record of records.filter(({ input, offset }) => offset >= nextOffsets[input])) {
            task.apply(record);
            if ((task.draft.isFull || random() < 0.08) && !commit()) return false;
          }
          endInputs(task, endOf(records));
          return commit();
        };
        while (!readOn()) task = await log.recover(settings, records);
        const pieces = log.pieces();
        const parked = pieces.flatMap((piece) => piece.parked.map((row) => row.input_offset));
        expect(differences(linesOf(pieces), expectedLines(records))).toEqual(none);
        expect(disposedOffsets(pieces).sort((a, b) => a - b)).toEqual(engagementOffsets(records));
        expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
        expect(new Set(parked).size).toBe(parked.length);
      }),
      heavyRuns,
    );
  });
});

/** Makes some engagement so large that one delivery releases more than fits into one COMMIT. */
function heavy(seed: number): (record: OracleRecord) => OracleRecord {
  const random = createRandom(seed + 4);
  return (record) => {
    if (record.input !== "engagements" || random() > 0.2) return record;
    return { ...record, event: { ...record.event, url: "x".repeat(900_000) } };
  };
}
