import { type Piece } from "../support/drive-task.ts";
import fc from "fast-check";

import { describe, expect, test } from "vitest";
import { differences, linesOf } from "../support/compare-rows.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { denseSettings, denseTraffic, punctualTraffic } from "../support/generators.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";
import { expectBalanced, Lives, logAfter } from "../support/task-lives.ts";

const none = { missing: [], extra: [], count: 0 };

/** Makes some of the engagement so large that three of them fill a COMMIT. */
function heavy(records: OracleRecord[], seed: number): OracleRecord[] {
  const random = createRandom(seed);
  return records.map((record) =>
    record.input === "engagements" && random() < 0.4
      ? { ...record, event: { ...record.event, user_agent: "x".repeat(1_400_000) } }
      : record,
  );
}

/** Without what comes for an ID when its first window is past; offsets have no gaps then. */
function withinWindows(records: OracleRecord[]): OracleRecord[] {
  const beganAt = new Map<string, number>();
  for (const { event, appendTime } of records) {
    beganAt.set(event.message_id, Math.min(appendTime, beganAt.get(event.message_id) ?? Infinity));
  }
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  return records
    .filter(({ event, appendTime }) => appendTime <= (beganAt.get(event.message_id) as number) + denseSettings.windowMs)
    .map((record) => ({ ...record, offset: offsets[record.input]++ }));
}

describe("processes that die at any append, and recover from the log", () => {
  test("write every row of the oracle, once", async () => {
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), async (records, seed) => {
        const pieces = await logAfter({ records, seed });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 800 },
    );
  });

  test("also from snapshots that were made while the task went on", async () => {
    let used = 0;
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), async (records, seed) => {
        const lives = new Lives({ records, seed, snapshotShare: 0.5, crashShare: 0.1 });
        const pieces = await lives.run();
        used += lives.snapshotsUsed;
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 800 },
    );
    expect(used).toBeGreaterThan(200);
  });

  test("also from the newest FENCE that is two windows old, with nothing known of before it", async () => {
    let later = 0;
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), async (all, seed) => {
        const records = withinWindows(all);
        const lives = new Lives({ records, seed, fenceShare: 0.7, crashShare: 0.15 });
        const pieces = await lives.run();
        later += lives.log.recoveriesFromFences;
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 800 },
    );
    expect(later).toBeGreaterThan(100);
  });

  test("also in the midst of a step that is several COMMITs", async () => {
    let splitSteps = 0;
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), async (light, seed) => {
        const records = heavy(light, seed);
        const pieces = await logAfter({ records, seed, crashShare: 0.3, crashesMax: 5, snapshotShare: 0.3 });
        const sameOffsets = (a: Piece, b: Piece | undefined): boolean =>
          JSON.stringify(a.next_offsets) === JSON.stringify(b?.next_offsets) && a.task_time === b?.task_time;
        if (pieces.some((piece, index) => sameOffsets(piece, pieces[index + 1]))) splitSteps++;
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 120 },
    );
    expect(splitSteps).toBeGreaterThan(5);
  });

  test("also where records cannot be decoded: those are disposed of and make no row", async () => {
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), async (records, seed) => {
        const random = createRandom(seed);
        const bad = new Set(records.filter(() => random() < 0.2));
        const isRejected = (record: OracleRecord): boolean => bad.has(record);
        const pieces = await logAfter({ records, seed, isRejected });
        const good = records.filter((record) => !bad.has(record));
        expect(differences(linesOf(pieces), linesOf([oracle(good, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
        const counters = (pieces.at(-1) as Piece).counters;
        const rejected = counters.sends_rejected + counters.deliveries_rejected + counters.engagements_rejected;
        expect(rejected).toBe(bad.size);
      }),
      { numRuns: 300 },
    );
  });

  test("also where the inputs lag behind each other", async () => {
    await fc.assert(
      fc.asyncProperty(punctualTraffic, fc.integer(), async (records, seed) => {
        const pieces = await logAfter({ records, seed, lagMs: denseSettings.sendHoldMs });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 400 },
    );
  });

  test("a window that was changed once decides as if no process had died since", async () => {
    const windowsMs = fc.shuffledSubarray([20, 60, 100, 400], { minLength: 2, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(denseTraffic, fc.integer(), windowsMs, fc.nat(30), async (records, seed, own, firstReads) => {
        const settings = own.map((windowMs) => ({ ...denseSettings, windowMs }));
        const life = { records, seed, settings, firstReads };
        const undisturbed = await logAfter({ ...life, crashesMax: 0 });
        const disturbed = await logAfter({ ...life, crashShare: 0.3 });
        expect(differences(linesOf(disturbed), linesOf(undisturbed))).toEqual(none);
        expectBalanced(disturbed, records);
      }),
      { numRuns: 500 },
    );
  });

  test("also where each process has a window of its own: every engagement and every message that ended has its rows, once", async () => {
    const windowMs = fc.constantFrom(20, 60, 100, 400);
    await fc.assert(
      fc.asyncProperty(
        denseTraffic,
        fc.integer(),
        fc.array(windowMs, { minLength: 2, maxLength: 6 }),
        async (records, seed, own) => {
          const settings = own.map((ms) => ({ ...denseSettings, windowMs: ms }));
          const pieces = await logAfter({ records, seed, crashShare: 0.4, settings });
          expectBalanced(pieces, records);
          const ids = (rows: { message_id: string }[]): string[] =>
            [...new Set(rows.map((row) => row.message_id))].sort();
          const withRow = records.filter(({ input }) => input !== "engagements").map(({ event }) => event);
          expect(ids(pieces.flatMap((piece) => piece.messages))).toEqual(ids(withRow));
        },
      ),
      { numRuns: 800 },
    );
  });
});
