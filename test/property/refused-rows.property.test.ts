import fc from "fast-check";
import { expect, test } from "vitest";
import { insertAtLeastOnce, insertExactlyOnce } from "../../services/sink/src/insert-block.ts";
import { engagementBlock } from "../support/log-block.ts";
import { Killed, rowsOf, TableOfRows, type InsertFault } from "../support/table-of-rows.ts";

// Blocks with rows that their table refuses, under everything that can go wrong: the rest is there once, they are rejected.

const patient = () => Promise.resolve(true);
const rowCounts = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }).filter((counts) => {
  return counts.some((count) => count > 0);
});
const fault = fc.constantFrom<InsertFault | null>(
  null,
  null,
  "answer lost",
  "token lies",
  "killed before",
  "killed after",
);

/** Inserts until nobody kills it any more; every life but the first begins in doubt, as after taking the partition. */
async function insertThroughLives(table: TableOfRows, block: ReturnType<typeof engagementBlock>): Promise<string[]> {
  const rejected: string[] = [];
  const reject = (row: Parameters<typeof rowsOf>[0]): Promise<boolean> => {
    rejected.push(...rowsOf(row));
    return Promise.resolve(true);
  };
  for (let life = 0; ; life++) {
    try {
      const insert = { token: "log/3/13", isDoubtful: life > 0 };
      expect(await insertExactlyOnce(table, block, insert, patient, reject)).toBe(true);
      return rejected;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

test("whatever is killed whenever, each row is stored once or rejected, and only what is refused is rejected", async () => {
  let killed = 0;
  await fc.assert(
    fc.asyncProperty(
      rowCounts,
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.array(fault, { maxLength: 25 }),
      async (counts, picks, faults) => {
        const block = engagementBlock(...counts);
        const all = rowsOf(block);
        const refused = new Set(picks.map((pick) => all[pick % all.length] as string));
        const table = new TableOfRows();
        table.refuses = (row) => refused.has(row);
        table.faults = faults;
        killed += faults.filter((one) => one?.startsWith("killed")).length;
        const rejected = await insertThroughLives(table, block);
        expect(table.stored.toSorted()).toEqual(all.filter((row) => !refused.has(row)).toSorted());
        expect(new Set(rejected)).toEqual(refused);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(killed).toBeGreaterThan(500);
});

test("a row that is taken after all, after a crash in the middle, is stored once, and the others are not stored again", async () => {
  await fc.assert(
    fc.asyncProperty(rowCounts, fc.nat(), fc.nat(12), async (counts, pick, killedAt) => {
      const block = engagementBlock(...counts);
      const all = rowsOf(block);
      const refused = all[pick % all.length] as string;
      const table = new TableOfRows();
      table.refuses = (row) => row === refused;
      table.faults = [...Array.from({ length: killedAt }, () => null), "killed after"];
      const reject = () => Promise.resolve(true);
      const first = { token: "log/3/13", isDoubtful: false };
      await insertExactlyOnce(table, block, first, patient, reject).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      // The operator drops the constraint, the sink comes back.
      table.refuses = () => false;
      table.faults = [];
      expect(await insertExactlyOnce(table, block, { ...first, isDoubtful: true }, patient, reject)).toBe(true);
      expect(table.stored.toSorted()).toEqual(all.toSorted());
    }),
    { numRuns: 300 },
  );
});

test("at least once, too, one row does not keep the others out; without a place for it, it is tried for ever", async () => {
  const block = engagementBlock(5, 4);
  const all = rowsOf(block);
  const table = new TableOfRows();
  table.refuses = (row) => row === all[6];
  const rejected: string[] = [];
  const reject = (row: Parameters<typeof rowsOf>[0]): Promise<boolean> => {
    rejected.push(...rowsOf(row));
    return Promise.resolve(true);
  };
  expect(await insertAtLeastOnce(table, block, patient, reject)).toBe(true);
  expect(table.stored).toEqual(all.toSpliced(6, 1));
  expect(rejected).toEqual([all[6]]);
  let tries = 0;
  const stopping = () => Promise.resolve(++tries < 9);
  expect(await insertAtLeastOnce(table, block, stopping, null)).toBe(false);
  expect(tries).toBe(9);
});

test("one bad row among many costs few inserts", async () => {
  const block = engagementBlock(1024);
  const table = new TableOfRows();
  table.refuses = (row) => row === "10/700";
  await insertThroughLives(table, block);
  expect(table.stored).toHaveLength(1023);
  expect(table.inserts).toBeLessThanOrEqual(1 + 2 * 10);
});
