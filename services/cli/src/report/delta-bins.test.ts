import { expect, test } from "vitest";
import { deltaBinOf, deltaEdgesMs } from "./delta-bins.ts";

const edgeOf = (deltaMs: number): number | undefined => deltaEdgesMs[deltaBinOf(deltaMs)];

test("edges ascend, mirror each other and include zero and the default class boundaries", () => {
  expect([...deltaEdgesMs].sort((left, right) => left - right)).toEqual(deltaEdgesMs);
  expect(new Set(deltaEdgesMs).size).toBe(deltaEdgesMs.length);
  expect(deltaEdgesMs.map((ms) => (ms === 0 ? 0 : -ms)).reverse()).toEqual(deltaEdgesMs);
  expect(deltaEdgesMs).toEqual(expect.arrayContaining([-5000, 0, 60_000]));
});

test.each([
  [0, 0],
  [99, 0],
  [100, 100],
  [-1, -100],
  [-100, -100],
  [-101, -300],
  [-5000, -5000],
  [-5001, -7000],
  [59_999, 45_000],
  [60_000, 60_000],
])("a delta of %i ms is in the bin from %i ms", (deltaMs, fromMs) => {
  expect(edgeOf(deltaMs)).toBe(fromMs);
});

test("the first and the last bin hold what is beyond them", () => {
  expect(edgeOf(Number.MIN_SAFE_INTEGER)).toBe(deltaEdgesMs[0]);
  expect(edgeOf(Number.MAX_SAFE_INTEGER)).toBe(deltaEdgesMs.at(-1));
});

test("every edge is the bottom of its own bin", () => {
  expect(deltaEdgesMs.map(deltaBinOf)).toEqual(deltaEdgesMs.map((_, index) => index));
});
