import { createLogger, createTelemetry, toRecordBatch, type FlowControl } from "@antedate/runtime";
import { encodeCommit, encodeFence } from "@antedate/schemas";
import { expect, test } from "vitest";
import { commitRecord, engagementRow, fenceRecord, logBeginning } from "../../../test/support/log-records.ts";
import { TableOfRows } from "../../../test/support/table-of-rows.ts";
import { FetchBudget } from "./fetch-budget.ts";
import { LogFlow } from "./log-flow.ts";
import { createSinkMetrics } from "./sink-metrics.ts";

const commitsToCut = 8;
const rowsEach = 300;
const cuts = 4;

/** A log of cuts, each of several COMMITs. */
function logOf(): Buffer[] {
  const values = [encodeFence(fenceRecord())];
  for (let commit = 1; commit <= cuts * commitsToCut; commit++) {
    const engagements = Array.from({ length: rowsEach }, (_, index) => engagementRow({ input_offset: index }));
    const cut = commit % commitsToCut === 0;
    values.push(encodeCommit(commitRecord({ prev: values.length - 1, engagements, cut })));
  }
  return values;
}

/** A flow, and what a consumer does for it: a record each time, where it is not paused. */
function openFlow(values: readonly Buffer[], partition: number, budget: FetchBudget) {
  const facts = new TableOfRows();
  const books = new TableOfRows();
  const topic = "email.classified";
  const state = { isFetching: false, isDone: false };
  const control: FlowControl = {
    start: () => (state.isFetching = true),
    pause: () => (state.isFetching = false),
    resume: () => (state.isFetching = true),
    commit: ([own]) => (state.isDone ||= Number(own?.offset) === values.length),
  };
  const flow = new LogFlow({
    topic,
    partition,
    control,
    budget,
    log: createLogger({ service: "test", level: "silent" }),
    metrics: createSinkMetrics(createTelemetry()).flow(topic, partition),
    store: {
      insert: async (block, token) => {
        await new Promise(setImmediate);
        if (block.table === "books") books.inserts++;
        return block.table === "books" ? "done" : await facts.insert(block, token);
      },
      count: (block) => facts.count(block),
      newestOffset: () => facts.newestOffset(),
      isEmpty: () => facts.isEmpty(),
    },
    inserts: { add: (insert) => insert() },
    findPosition: () => Promise.resolve(logBeginning),
  });
  const fetch = (): void => {
    const offset = flow.position();
    const value = values[offset ?? Infinity];
    if (!state.isFetching || offset === null || value === undefined) return;
    const batches = [toRecordBatch([{ offset, appendTime: 1, key: null, value }])];
    flow.receive(topic, { batches, fetchedOffset: offset, nextOffset: offset + 1, highWatermark: values.length });
  };
  return { flow, state, fetch, facts, books, run: flow.run() };
}

/** Runs flows side by side to their logs' ends; gives the most that they held together. */
async function drive(values: readonly Buffer[], flowCount: number, budget: FetchBudget): Promise<number> {
  const flows = Array.from({ length: flowCount }, (_, partition) => openFlow(values, partition, budget));
  let bytesMax = 0;
  for (let round = 0; flows.some(({ state }) => !state.isDone); round++) {
    if (round > 50_000) throw new Error("no way on");
    for (const { fetch } of flows) fetch();
    bytesMax = Math.max(bytesMax, budget.bytes);
    await new Promise(setImmediate);
  }
  for (const { flow, run, facts, books } of flows) {
    flow.stop();
    await run;
    expect(facts.stored).toHaveLength(cuts * commitsToCut * rowsEach);
    expect(new Set(facts.stored).size).toBe(facts.stored.length);
    expect(books.inserts).toBeGreaterThan(0);
  }
  expect(budget.bytes).toBe(0);
  return bytesMax;
}

test("flows whose cuts are each larger than the budget of all get through, one at a time beyond it", async () => {
  const values = logOf();
  const held = await drive(values, 1, new FetchBudget(1024 * 1024 * 1024));
  const flowCount = 8;
  const heldFreely = await drive(values, flowCount, new FetchBudget(1024 * 1024 * 1024));
  expect(heldFreely).toBeGreaterThan(0.8 * flowCount * held);
  const fetchBytes = flowCount * Math.max(...values.map(({ length }) => length + 100));
  expect(await drive(values, flowCount, new FetchBudget(held / 2))).toBeLessThan(0.5 * held + fetchBytes + 2 * held);
});
