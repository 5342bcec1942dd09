import { expect, test } from "vitest";
import { noCounts } from "./class-counts.ts";
import { countTicks, deltaTicks, shownRange } from "./delta-axis.ts";
import { deltaEdgesMs } from "./delta-bins.ts";

test.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [400, [0, 100, 200, 300, 400]],
  [401, [0, 200, 400, 600]],
])("a largest bin of %i gets the ticks %j", (max, ticks) => {
  // Nothing to count still has an axis.
  expect(countTicks(Math.max(1, max))).toEqual(ticks);
});

test("ticks keep their distance, and zero is always one", () => {
  const range = { first: 0, end: deltaEdgesMs.length };
  for (const binsApart of [1, 4, 20, 500]) {
    const ticks = deltaTicks(range, binsApart);
    expect(ticks.some(({ ms }) => ms === 0)).toBe(true);
    const gaps = ticks.slice(1).map(({ index }, at) => index - (ticks[at]?.index ?? 0));
    expect(Math.min(binsApart, ...gaps)).toBe(binsApart);
  }
});

test("the whole of the data is shown, with both sides of the acceptance", () => {
  const all = shownRange(deltaEdgesMs.map((fromMs) => ({ fromMs, counts: noCounts() })));
  expect(all).toEqual({ first: 0, end: deltaEdgesMs.length });
  const { first, end } = shownRange([{ fromMs: 0, counts: noCounts() }]);
  expect(deltaEdgesMs[first]).toBeLessThan(-60_000);
  expect(deltaEdgesMs[end]).toBeGreaterThan(600_000);
});
