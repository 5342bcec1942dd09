import { encodeCommit, type Commit } from "@antedate/schemas";
import { LogRows, type CommitPlace, type CutBlocks } from "@antedate/sink";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCommit, anyDamage, commitBodyStart, decodedByAvsc } from "../support/commit-generators.ts";
import { columnsOf, columnTypes, expectedBlocks, type ExpectedBlock } from "../support/row-binary-oracle.ts";

const appendTimes = fc.constantFrom(Date.UTC(2026, 9, 31, 23, 59), Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 24));
const appended = fc.tuple(anyCommit, appendTimes);

function placeAt(offset: number, appendTime: number): CommitPlace {
  return { appendTime, logId: "log-é", partition: 3, offset };
}

/** What avsc and the tables' column types make of a log; null where a number does not fit its column. */
function expectedCut(log: { value: Buffer; place: CommitPlace }[]) {
  const read = log.flatMap(({ value, place }) => {
    const commit = decodedByAvsc(value);
    return commit ? [{ commit, place }] : [];
  });
  try {
    const parked = read.map(({ commit, place }) => expectedBlocks("parked", [{ commit, place }]));
    return {
      engagements: expectedBlocks("engagements", read),
      messages: expectedBlocks("messages", read),
      parked: parked.flatMap((blocks) => blocks.map(({ body }) => body)).join(""),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What the sink makes of it. */
function cut(log: { value: Buffer; place: CommitPlace }[]) {
  const rows = new LogRows();
  try {
    for (const { value, place } of log) rows.add(value, commitBodyStart, place);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const { engagements, messages, parked } = rows.take();
  return {
    engagements: comparable(engagements),
    messages: comparable(messages),
    parked: parked?.body.toString("hex") ?? "",
  };
}

function comparable(blocks: CutBlocks["engagements"]): ExpectedBlock[] {
  return blocks.map(({ table, month, body, rowCount, firstOffset, lastOffset }) => ({
    table: table as ExpectedBlock["table"],
    month,
    body: body.toString("hex"),
    rowCount,
    firstOffset,
    lastOffset,
  }));
}

test("blocks have every column of their tables", () => {
  for (const table of ["engagements", "messages", "parked"] as const) {
    expect(columnsOf(table).toSorted()).toEqual([...(columnTypes.get(table)?.keys() ?? [])].toSorted());
  }
});

test("blocks are the rows of the COMMITs in the bytes that the column types ask for, one for each table and month", () => {
  fc.assert(
    fc.property(fc.array(appended, { minLength: 1, maxLength: 4 }), (commits) => {
      const log = commits.map(([commit, appendTime], index) => ({
        value: encodeCommit(commit),
        place: placeAt(7 + index, appendTime),
      }));
      const found = cut(log);
      expect(found).not.toBeNull();
      expect(found).toEqual(expectedCut(log));
    }),
    { numRuns: 200 },
  );
});

test("a damaged COMMIT gives the rows that avsc reads of it, or none where avsc reads none", () => {
  const verdicts = { read: 0, torn: 0 };
  fc.assert(
    fc.property(appended, appended, appended, anyDamage, (first, damaged, last, damage) => {
      const log = [first, damaged, last].map(([commit, appendTime], index) => ({
        value: index === 1 ? damage(encodeCommit(commit)) : encodeCommit(commit),
        place: placeAt(7 + index, appendTime),
      }));
      const value = log[1]?.value as Buffer;
      verdicts[decodedByAvsc(value) ? "read" : "torn"]++;
      expect(cut(log)).toEqual(expectedCut(log));
    }),
    { numRuns: 600 },
  );
  expect(verdicts.read).toBeGreaterThan(100);
  expect(verdicts.torn).toBeGreaterThan(100);
});

test("rows handed out are not handed out again", () => {
  fc.assert(
    fc.property(anyCommit, (commit) => {
      const rows = new LogRows();
      const value = encodeCommit(commit);
      const { next_offsets, task_time, counters, parked_count } = decodedByAvsc(value) as Commit;
      expect(rows.add(value, commitBodyStart, placeAt(1, 0))).toEqual({
        prev: 0,
        cut: commit.cut,
        books: { next_offsets, task_time, counters, parked_count },
      });
      expect(rows.count).toBe(commit.engagements.length + commit.messages.length + commit.parked.length);
      rows.take();
      expect(rows.count).toBe(0);
      expect(rows.take()).toEqual({ engagements: [], messages: [], parked: null });
    }),
    { numRuns: 50 },
  );
});

test("a number that its column cannot hold stops the sink in a COMMIT, and is passed over with a torn one", () => {
  const commits = anyCommit.filter(({ messages }) => messages.length > 0);
  fc.assert(
    fc.property(commits, (commit) => {
      const messages = commit.messages.map((row) => ({ ...row, attempts: -1 }));
      const value = encodeCommit({ ...commit, messages });
      const rows = new LogRows();
      expect(rows.add(value.subarray(0, -1), commitBodyStart, placeAt(1, 0))).toBeNull();
      expect(rows.count).toBe(0);
      expect(() => rows.add(value, commitBodyStart, placeAt(1, 0))).toThrow(RangeError);
    }),
    { numRuns: 50 },
  );
});
