import { expect, test } from "vitest";
import { logBlock as block } from "../../../test/support/log-block.ts";
import type { Block, InsertAnswer, Store } from "./clickhouse-store.ts";
import { insertAtLeastOnce, insertExactlyOnce } from "./insert-block.ts";

/** What the server does with an insert: whether the token is remembered, the part is there, and what is answered. */
interface Step {
  token: "kept" | "lost";
  part: "stored" | "lost";
  answer: InsertAnswer;
}

const works: Step = { token: "kept", part: "stored", answer: "done" };

/** A server that goes through a script of faults, then works; it drops blocks whose token it remembers. */
function scriptedStore(script: Step[], counts: (number | null)[] = []) {
  const tokens = new Set<string | null>();
  let rows = 0;
  const store: Store = {
    async insert(block: Block, token) {
      const step = script.shift() ?? works;
      if (token !== null && tokens.has(token)) return step.answer;
      if (step.token === "kept" && step.answer !== "refused") tokens.add(token);
      if (step.part === "stored" && step.answer !== "refused") rows += block.rowCount;
      return await Promise.resolve(step.answer);
    },
    count: () => Promise.resolve(counts.length > 0 ? (counts.shift() as number | null) : rows),
    newestOffset: () => Promise.resolve(-1),
    isEmpty: () => Promise.resolve(rows === 0),
  };
  return { store, tokens, rows: () => rows };
}

const patient = () => Promise.resolve(true);
const reject = () => Promise.reject(new Error("nothing is to be rejected"));
const fresh = { token: "log/3/12", isDoubtful: false };

test("a block that is answered is there once", async () => {
  const server = scriptedStore([]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("a block whose answer was lost is not doubled when it is sent again", async () => {
  const server = scriptedStore([{ token: "kept", part: "stored", answer: "unanswered" }]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("a block whose token survived a kill and whose part did not goes in under the next token", async () => {
  const server = scriptedStore([{ token: "kept", part: "lost", answer: "unanswered" }]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
  expect([...server.tokens]).toEqual(["log/3/12", "log/3/12/2"]);
});

test("a lying token of an earlier process is found when the partition is taken over", async () => {
  const server = scriptedStore([]);
  server.tokens.add("log/3/12");
  expect(await insertExactlyOnce(server.store, block, { token: "log/3/12", isDoubtful: true }, patient, reject)).toBe(
    true,
  );
  expect(server.rows()).toBe(5);
});

test("a lying token of another process is found, though this one was always answered", async () => {
  const server = scriptedStore([]);
  server.tokens.add("log/3/12");
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("a second kill under the next token is survived too", async () => {
  const lost: Step = { token: "kept", part: "lost", answer: "unanswered" };
  const server = scriptedStore([lost, works, lost]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("where an earlier process left both its tokens without their part, the third goes in", async () => {
  const server = scriptedStore([]);
  for (const token of ["log/3/12", "log/3/12/2"]) server.tokens.add(token);
  expect(await insertExactlyOnce(server.store, block, { token: "log/3/12", isDoubtful: true }, patient, reject)).toBe(
    true,
  );
  expect(server.rows()).toBe(5);
});

test("a refused insert is tried again until it is taken", async () => {
  const refused: Step = { token: "lost", part: "lost", answer: "refused" };
  const server = scriptedStore([refused, refused, refused]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("a count that was not answered is asked again, not guessed", async () => {
  const server = scriptedStore([{ token: "kept", part: "stored", answer: "unanswered" }], [null, null]);
  expect(await insertExactlyOnce(server.store, block, fresh, patient, reject)).toBe(true);
  expect(server.rows()).toBe(5);
});

test("a block that is there more than once stops the process", async () => {
  const server = scriptedStore([{ token: "kept", part: "stored", answer: "unanswered" }], [7]);
  await expect(insertExactlyOnce(server.store, block, fresh, patient, reject)).rejects.toThrow("holds 7 instead of");
});

test("a block is not sent where an earlier process has stored all of it", async () => {
  const server = scriptedStore([], [5]);
  expect(await insertExactlyOnce(server.store, block, { ...fresh, isDoubtful: true }, patient, reject)).toBe(true);
  expect(server.rows()).toBe(0);
});

test("stopping ends the wait without a claim", async () => {
  const away: Step = { token: "lost", part: "lost", answer: "unanswered" };
  const server = scriptedStore([away]);
  expect(await insertExactlyOnce(server.store, block, fresh, () => Promise.resolve(false), reject)).toBe(false);
  expect(await insertAtLeastOnce(scriptedStore([away]).store, block, () => Promise.resolve(false), reject)).toBe(false);
});
