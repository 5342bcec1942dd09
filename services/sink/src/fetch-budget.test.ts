import { expect, test } from "vitest";
import { FetchBudget, type BudgetShare } from "./fetch-budget.ts";

const MiB = 1024 * 1024;

/** Partitions of a budget that say whether they may fetch. */
function partitions(count: number, bytesMax: number) {
  const budget = new FetchBudget(bytesMax);
  const all = Array.from({ length: count }, () => {
    const own = { isFetching: true, share: undefined as unknown as BudgetShare };
    own.share = budget.open((mayFetch) => (own.isFetching = mayFetch));
    return own;
  });
  return { budget, all, fetching: () => all.flatMap(({ isFetching }, index) => (isFetching ? [index] : [])) };
}

test("with room for all, only a partition whose own queue is long is paused, until it is down to half", () => {
  const { all, fetching } = partitions(3, 300 * MiB);
  all[0]?.share.queue(17 * MiB, true);
  expect(fetching()).toEqual([1, 2]);
  all[0]?.share.queue(9 * MiB, true);
  expect(fetching()).toEqual([1, 2]);
  all[0]?.share.queue(8 * MiB, true);
  expect(fetching()).toEqual([0, 1, 2]);
});

test("a used-up budget leaves the turn to who has most rows waiting, and the ends to those that are read to them", () => {
  const { all, fetching } = partitions(4, 30 * MiB);
  for (const [index, { share }] of all.entries()) share.queue(0, index !== 3);
  all[0]?.share.rows(10 * MiB);
  all[1]?.share.rows(15 * MiB);
  all[2]?.share.rows(5 * MiB);
  expect(fetching()).toEqual([1, 3]);
  // It keeps the turn while it grows beyond the budget, and ends it with its cut.
  all[1]?.share.rows(20 * MiB);
  expect(fetching()).toEqual([1, 3]);
  all[1]?.share.release();
  expect(fetching()).toEqual([0, 1, 2, 3]);
});

test("once short, nobody fetches before a quarter is free", () => {
  const { all, fetching } = partitions(3, 40 * MiB);
  all[0]?.share.rows(20 * MiB);
  all[1]?.share.rows(20 * MiB);
  for (const { share } of all) share.queue(1, true);
  expect(fetching()).toEqual([]);
  all[1]?.share.rows(11 * MiB);
  expect(fetching()).toEqual([]);
  all[1]?.share.rows(9 * MiB);
  expect(fetching()).toEqual([0, 1, 2]);
});

test("what is given up is free again", () => {
  const { budget, all, fetching } = partitions(2, 10 * MiB);
  all[0]?.share.rows(10 * MiB);
  all[1]?.share.queue(1, true);
  expect(fetching()).not.toContain(1);
  all[0]?.share.close();
  expect(fetching()).toContain(1);
  expect(budget.bytes).toBe(1);
});

/**
 * Partitions that need many fetches to their next cut, and a Kafka that serves who is not paused. Each fetch becomes rows
 * at once; an insert ends a while after its cut.
 */
function drive(bytesMax: number, plans: { fetchBytes: number; fetchesToCut: number; cuts: number }[]) {
  const { budget, all } = partitions(plans.length, bytesMax);
  const states = plans.map((plan) => ({ ...plan, fetches: 0, rows: 0, insertedAt: null as number | null }));
  const order: number[] = [];
  let bytesMaxSeen = 0;
  for (const { share } of all) share.queue(0, true);
  for (let round = 0; states.some(({ cuts }) => cuts > 0); round++) {
    if (round > 100_000) throw new Error(`no way on: ${JSON.stringify(states)}`);
    for (const [index, state] of states.entries()) {
      const { isFetching, share } = all[index] as (typeof all)[0];
      if (state.insertedAt !== null && state.insertedAt <= round) {
        Object.assign(state, { fetches: 0, rows: 0, insertedAt: null });
        share.queue(0, --state.cuts > 0);
        share.release();
        order.push(index);
      } else if (state.insertedAt === null && state.cuts > 0 && isFetching) {
        state.fetches++;
        state.rows += state.fetchBytes;
        share.queue(state.fetchBytes, true);
        share.rows(state.rows);
        share.queue(0, true);
        if (state.fetches === state.fetchesToCut) state.insertedAt = round + 3;
      }
      bytesMaxSeen = Math.max(bytesMaxSeen, budget.bytes);
    }
  }
  return { order, bytesMaxSeen };
}

test("partitions whose cuts together need far more than the budget all get to them, one beyond it at a time", () => {
  const plan = { fetchBytes: MiB, fetchesToCut: 20, cuts: 5 };
  const { order, bytesMaxSeen } = drive(
    32 * MiB,
    Array.from({ length: 40 }, () => plan),
  );
  expect(order).toHaveLength(200);
  // A fetch of each, and the rows of one cut.
  expect(bytesMaxSeen).toBeLessThanOrEqual((32 + 40 + 20) * MiB);
});

test("nobody is left behind: partitions of one size have their cuts in turn", () => {
  const plan = { fetchBytes: MiB, fetchesToCut: 12, cuts: 10 };
  const { order } = drive(
    16 * MiB,
    Array.from({ length: 8 }, () => plan),
  );
  for (let index = 0; index < 8; index++) {
    const places = order.flatMap((own, place) => (own === index ? [place] : []));
    const gaps = places.map((place, at) => place - (places[at - 1] ?? -1));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(24);
  }
});

test("a cut larger than the budget gets through", () => {
  const { order } = drive(4 * MiB, [
    { fetchBytes: MiB, fetchesToCut: 30, cuts: 2 },
    { fetchBytes: MiB, fetchesToCut: 3, cuts: 4 },
  ]);
  expect(order).toHaveLength(6);
});
