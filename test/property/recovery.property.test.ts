import fc from "fast-check";
import type { JoinSettings, Piece, Task, TaskRecord } from "@antedate/join";
import { describe, expect, test } from "vitest";
import { interleaved } from "../support/append-times.ts";
import { differences, linesOf } from "../support/compare-rows.ts";
import {
  disposedOffsets,
  endInputs,
  engagementOffsets,
  freshTask,
  imbalance,
  MemoryLog,
} from "../support/drive-task.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { denseSettings, denseTraffic, inAppendOrder, lastAppendTime, punctualTraffic } from "../support/generators.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";

const none = { missing: [], extra: [], count: 0 };

interface Life {
  records: OracleRecord[];
  seed: number;
  /** Chance of a crash before each append to the log. */
  crashShare?: number;
  crashesMax?: number;
  lagMs?: number;
  /** Records that cannot be decoded. */
  isRejected?: (record: OracleRecord) => boolean;
  /** Settings of each process in turn, the last one for all that follow. */
  settings?: JoinSettings[];
  /** The first process commits and dies after so many records. */
  firstReads?: number;
}

/** The processes of one task, one after the other, and the log that they leave. */
class Lives {
  readonly log = new MemoryLog();
  readonly #life: Life;
  readonly #random: () => number;
  #crashesLeft: number;
  #processes = 0;
  /** What a dying process had on its way to the log: it lands when the process is fenced off already. */
  #onItsWay: { piece: Piece; prev: number } | null = null;

  constructor(life: Life) {
    this.#life = life;
    this.#random = createRandom(life.seed);
    this.#crashesLeft = life.crashesMax ?? 8;
  }

  /** What the log says at the end of time. */
  run(): Piece[] {
    const { records } = this.#life;
    this.log.fence(this.#settings);
    let task = freshTask(this.#settings);
    while (!this.#live(task)) {
      this.#processes++;
      const replayed = inAppendOrder(records).map((record) => this.#asRead(record));
      task = this.log.recover(this.#settings, replayed);
      if (this.#onItsWay) this.log.stray(this.#onItsWay.piece, this.#onItsWay.prev);
      this.#onItsWay = null;
    }
    return this.log.pieces();
  }

  get #settings(): JoinSettings {
    const { settings = [denseSettings] } = this.#life;
    return settings[Math.min(this.#processes, settings.length - 1)] as JoinSettings;
  }

  /** True at the end of time, false where the process died before. */
  #live(task: Task): boolean {
    const { records, lagMs = 0, firstReads } = this.#life;
    const { nextOffsets } = task;
    const rest = records.filter(({ input, offset }) => offset >= nextOffsets[input]);
    const order = lagMs > 0 ? interleaved(rest, this.#random, lagMs) : rest;
    const isShort = firstReads !== undefined && this.#processes === 0;
    for (const record of isShort ? order.slice(0, firstReads) : order) {
      task.apply(this.#asRead(record));
      if ((task.draft.isFull || this.#random() < 0.25) && !this.#commit(task)) return false;
    }
    if (isShort) {
      this.#commit(task);
      return false;
    }
    endInputs(task, lastAppendTime(records) + 1_000);
    return this.#commit(task) && !this.#isCrash();
  }

  #commit(task: Task): boolean {
    for (const piece of task.takePieces()) {
      if (this.#isCrash()) {
        this.#onItsWay = { piece, prev: this.log.lastValid };
        return false;
      }
      this.log.commit(piece);
    }
    return true;
  }

  #isCrash(): boolean {
    const { crashShare = 0.2, firstReads } = this.#life;
    if (firstReads !== undefined && this.#processes === 0) return false;
    return this.#crashesLeft > 0 && this.#random() < crashShare && this.#crashesLeft-- > 0;
  }

  #asRead(record: OracleRecord): TaskRecord {
    const { input, offset, appendTime } = record;
    return this.#life.isRejected?.(record) ? { input, offset, appendTime, rejected: true } : record;
  }
}

function logAfter(life: Life): Piece[] {
  return new Lives(life).run();
}

/** Each engagement is disposed of once, at most one parked row is written for it, the books balance in every piece. */
function expectBalanced(pieces: Piece[], records: OracleRecord[]): void {
  const parked = pieces.flatMap((piece) => piece.parked.map((row) => row.input_offset));
  expect(disposedOffsets(pieces).toSorted((a, b) => a - b)).toEqual(engagementOffsets(records));
  expect(new Set(parked).size).toBe(parked.length);
  expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
  expect(pieces.at(-1)).toMatchObject({ parked_count: 0, parked_xor: 0 });
}

/** Makes some of the engagement so large that three of them fill a COMMIT. */
function heavy(records: OracleRecord[], seed: number): OracleRecord[] {
  const random = createRandom(seed);
  return records.map((record) =>
    record.input === "engagements" && random() < 0.4
      ? { ...record, event: { ...record.event, user_agent: "x".repeat(1_400_000) } }
      : record,
  );
}

describe("processes that die at any append, and recover from the log", () => {
  test("write every row of the oracle, once", () => {
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (records, seed) => {
        const pieces = logAfter({ records, seed });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 800 },
    );
  });

  test("also in the midst of a step that is several COMMITs", () => {
    let splitSteps = 0;
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (light, seed) => {
        const records = heavy(light, seed);
        const pieces = logAfter({ records, seed, crashShare: 0.3, crashesMax: 5 });
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

  test("also where records cannot be decoded: those are disposed of and make no row", () => {
    fc.assert(
      fc.property(denseTraffic, fc.integer(), (records, seed) => {
        const random = createRandom(seed);
        const bad = new Set(records.filter(() => random() < 0.2));
        const isRejected = (record: OracleRecord): boolean => bad.has(record);
        const pieces = logAfter({ records, seed, isRejected });
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

  test("also where the inputs lag behind each other", () => {
    fc.assert(
      fc.property(punctualTraffic, fc.integer(), (records, seed) => {
        const pieces = logAfter({ records, seed, lagMs: denseSettings.sendHoldMs });
        expect(differences(linesOf(pieces), linesOf([oracle(records, denseSettings)]))).toEqual(none);
        expectBalanced(pieces, records);
      }),
      { numRuns: 400 },
    );
  });

  test("a window that was changed once decides as if no process had died since", () => {
    const windowsMs = fc.shuffledSubarray([20, 60, 100, 400], { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(denseTraffic, fc.integer(), windowsMs, fc.nat(30), (records, seed, own, firstReads) => {
        const settings = own.map((windowMs) => ({ ...denseSettings, windowMs }));
        const life = { records, seed, settings, firstReads };
        const undisturbed = logAfter({ ...life, crashesMax: 0 });
        const disturbed = logAfter({ ...life, crashShare: 0.3 });
        expect(differences(linesOf(disturbed), linesOf(undisturbed))).toEqual(none);
        expectBalanced(disturbed, records);
      }),
      { numRuns: 500 },
    );
  });

  test("also where each process has a window of its own: every engagement and every message that ended has its rows, once", () => {
    const windowMs = fc.constantFrom(20, 60, 100, 400);
    fc.assert(
      fc.property(
        denseTraffic,
        fc.integer(),
        fc.array(windowMs, { minLength: 2, maxLength: 6 }),
        (records, seed, own) => {
          const settings = own.map((ms) => ({ ...denseSettings, windowMs: ms }));
          const pieces = logAfter({ records, seed, crashShare: 0.4, settings });
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
