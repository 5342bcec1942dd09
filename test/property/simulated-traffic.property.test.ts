import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { defaultSettings, readJoinSettings, type JoinSettings } from "@antedate/join";
import { classes, exposures } from "@antedate/schemas";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interleaved } from "../support/append-times.ts";
import { differences, linesOf } from "../support/compare-rows.ts";
import {
  disposedOffsets,
  endInputs,
  engagementOffsets,
  freshTask,
  imbalance,
  type Piece,
} from "../support/drive-task.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { inAppendOrder, lastAppendTime, withoutLateSends } from "../support/generators.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";
import { boundsMet, crowdedOptions, simulatedEvents, simulatedRecords } from "../support/simulated-records.ts";
import { expectBalanced, Lives } from "../support/task-lives.ts";
import { oracleSettings, thresholds, type Thresholds } from "../support/thresholds.ts";

const none = { missing: [], extra: [], count: 0 };

const folder = { path: "" };
beforeAll(() => {
  folder.path = mkdtempSync(join(tmpdir(), "antedate-thresholds-"));
});
afterAll(() => rmSync(folder.path, { recursive: true }));

/** Settings as a process reads them. */
function settingsOf({ env, file }: Thresholds): JoinSettings {
  const path = join(folder.path, "thresholds.json");
  writeFileSync(path, JSON.stringify(file));
  const variables = Object.entries(env).map(([name, value]) => [name, String(value)]);
  return readJoinSettings({ ...(Object.fromEntries(variables) as Record<string, string>), THRESHOLDS_FILE: path });
}

const runs = fc.record({
  seed: fc.nat(),
  messages: fc.integer({ min: 20, max: 60 }),
  gapMsMax: fc.constantFrom(2, 20, 60),
  thresholds,
});
type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

/** Without a hold rows do not wait for sends that are read late: then lag shows in them, as the design says. */
const holdingRuns = runs.map((run): Run => {
  const { env, file } = run.thresholds;
  const sources = Object.entries(file.sources).map(([source, own]) => [
    source,
    { ...own, send_hold_ms: own.send_hold_ms || 1 },
  ]);
  return {
    ...run,
    thresholds: {
      env: { ...env, SEND_HOLD_MS: env.SEND_HOLD_MS || 1 },
      file: { ...file, sources: Object.fromEntries(sources) as Thresholds["file"]["sources"] },
    },
  };
});

/** One run's records, and the settings of both sides. */
function drawn(run: Run, repeatShare = 0): { records: OracleRecord[]; settings: JoinSettings; ours: JoinSettings } {
  const ours = oracleSettings(run.thresholds);
  const events = simulatedEvents({ ...crowdedOptions, seed: run.seed, messages: run.messages });
  const random = createRandom(run.seed);
  const records = simulatedRecords(events, { settings: ours, random, gapMsMax: run.gapMsMax, repeatShare });
  return { records, settings: settingsOf(run.thresholds), ours };
}

/**
 * A task that reads the records in this order, commits now and then, and learns at the end that every window passed. It
 * also learns now and then that it has read all there is, where nothing lags: then time stands exactly at a record.
 */
function joined(order: OracleRecord[], settings: JoinSettings, seed: number): Piece[] {
  const random = createRandom(seed);
  const task = freshTask(settings);
  const pieces: Piece[] = [];
  const lags = order.some((record, index) => record.appendTime < (order[index - 1]?.appendTime ?? 0));
  for (const record of order) {
    if (!lags && random() < 0.3) endInputs(task, record.appendTime);
    task.apply(record);
    if (random() < 0.1) pieces.push(...task.takePieces());
  }
  endInputs(task, lastAppendTime(order) + 2 * settings.windowMs);
  pieces.push(...task.takePieces());
  expect(task.messageCount).toBe(0);
  return pieces;
}

/** The rows of the oracle, each offset disposed of once, the books balanced. */
function expectRows(pieces: Piece[], records: OracleRecord[], ours: JoinSettings): void {
  expect(differences(linesOf(pieces), linesOf([oracle(records, ours)]))).toEqual(none);
  expect(disposedOffsets(pieces).toSorted((a, b) => a - b)).toEqual(engagementOffsets(records));
  expect(pieces.map(imbalance).filter((off) => off !== 0)).toEqual([]);
}

/** What the runs of one property met, so that a property that meets nothing fails. */
class Met {
  readonly #counts = new Map<string, number>();

  add(...names: string[]): void {
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  addRows(pieces: Piece[]): void {
    for (const { engagements } of pieces)
      for (const row of engagements) this.add(row.class, `exposed ${row.exposure}`, `uncertain ${row.uncertain}`);
  }

  expectAll(names: string[]): void {
    expect(names.filter((name) => (this.#counts.get(name) ?? 0) < 3)).toEqual([]);
  }
}

const everyVerdict = [
  ...classes,
  ...exposures.map((exposure) => `exposed ${exposure}`),
  "uncertain true",
  "uncertain false",
];
const everyBound = [
  "deferral as the settle ends",
  "deferral behind the settle",
  "send as the hold ends",
  "send behind the hold",
  "sends as the window ends",
  "deliveries as the window ends",
  "engagements as the window ends",
  "delta before near",
  "delta where near begins",
  "delta 0",
  "delta where near ends",
  "delta behind near",
];

describe("simulated traffic through the join gives the oracle's rows, thresholds per source, domain and MX suffix", () => {
  test("in append-time order, bounds met to the millisecond", () => {
    const met = new Met();
    fc.assert(
      fc.property(runs, (run) => {
        const { records, settings, ours } = drawn(run);
        const pieces = joined(records, settings, run.seed);
        expectRows(pieces, records, ours);
        met.addRows(pieces);
        met.add(...boundsMet(records, ours));
      }),
      { numRuns: 150 },
    );
    met.expectAll([...everyVerdict, ...everyBound]);
  });

  test("however the three inputs lag behind each other", () => {
    const met = new Met();
    fc.assert(
      fc.property(holdingRuns, fc.constantFrom(1, 100, 10_000), (run, lagMs) => {
        const { records: all, settings, ours } = drawn(run);
        const records = withoutLateSends(all, ours);
        const order = interleaved(records, createRandom(run.seed + 1), Math.min(lagMs, settings.windowMs));
        const pieces = joined(order, settings, run.seed);
        expectRows(pieces, records, ours);
        met.addRows(pieces);
        if (order.some((record, index) => record.appendTime < (order[index - 1]?.appendTime ?? 0))) met.add("lag");
      }),
      { numRuns: 80 },
    );
    met.expectAll([...everyVerdict, "lag"]);
  });

  test("whatever comes again, at any place", () => {
    const met = new Met();
    fc.assert(
      fc.property(runs, (run) => {
        const { records, settings, ours } = drawn(run, 0.4);
        const pieces = joined(records, settings, run.seed);
        expectRows(pieces, records, ours);
        met.addRows(pieces);
        const { counters } = pieces.at(-1) as Piece;
        for (const [name, count] of Object.entries(counters)) if (count > 0) met.add(name);
      }),
      { numRuns: 80 },
    );
    const repeated = ["sends_duplicate", "deliveries_duplicate", "engagements_duplicate", "sends_late"];
    met.expectAll([...everyVerdict, ...repeated, "deliveries_late", "contradicted"]);
  });

  test("whatever comes again within its window: the rows of those that came once", () => {
    fc.assert(
      fc.property(runs, (run) => {
        const patient = { ...run, thresholds: { ...run.thresholds, env: { ...run.thresholds.env, WINDOW_MS: 1e9 } } };
        const { records, settings } = drawn(patient);
        const random = createRandom(run.seed);
        const twice = inAppendOrder(
          records.flatMap((record, index) => {
            const earlier = records.slice(0, index + 1).filter(({ input }) => input === record.input);
            const copied = earlier[Math.floor(random() * earlier.length)] as OracleRecord;
            const own = { ...record, offset: 2 * record.offset };
            return [own, { ...copied, offset: own.offset + 1, appendTime: record.appendTime }];
          }),
        );
        const once = records.map((record) => ({ ...record, offset: 2 * record.offset }));
        const again = linesOf(joined(twice, settings, run.seed));
        expect(differences(again, linesOf(joined(once, settings, run.seed)))).toEqual(none);
      }),
      { numRuns: 40 },
    );
  });

  test("split over processes that die at any commit", async () => {
    const met = new Met();
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const { records, settings, ours } = drawn(run, 0.05);
        const lives = new Lives({ records, seed: run.seed, settings: [settings], crashShare: 0.05, crashesMax: 5 });
        const pieces = await lives.run();
        if (lives.deaths > 0) met.add("died");
        expectRows(pieces, records, ours);
        expectBalanced(pieces, records);
        met.addRows(pieces);
      }),
      { numRuns: 50 },
    );
    met.expectAll([...everyVerdict, "died"]);
  });

  test("split over processes whose inputs lag behind each other", async () => {
    await fc.assert(
      fc.asyncProperty(holdingRuns, async (run) => {
        const { records: all, settings, ours } = drawn(run, 0.05);
        const records = withoutLateSends(all, ours);
        const lagMs = Math.min(200, settings.windowMs);
        const pieces = await new Lives({
          records,
          seed: run.seed,
          settings: [settings],
          crashShare: 0.05,
          crashesMax: 3,
          lagMs,
        }).run();
        expectRows(pieces, records, ours);
        expectBalanced(pieces, records);
      }),
      { numRuns: 40 },
    );
  });
});

test("thresholds are read as the design has them", () => {
  fc.assert(
    fc.property(thresholds, (own) => {
      const { sources, ...rest } = settingsOf(own);
      const expected = oracleSettings(own);
      expect({ ...rest, sources: {} }).toEqual({ ...expected, sources: {} });
      expect({ ...defaultSettings.sources, ...sources }).toMatchObject(expected.sources);
    }),
    { numRuns: 100 },
  );
});
