import { expect, test } from "vitest";
import { createUniqueMessages, seen, type UniqueMessages } from "./unique-messages.ts";

function estimate(uniques: UniqueMessages): number {
  let count = 0;
  uniques.forEach(() => count++);
  return count * uniques.oneIn();
}

test("remembers each message once, with all that was seen of it", () => {
  const uniques = createUniqueMessages(10);
  uniques.add("m1", 3, seen.rawOpen);
  uniques.add("m1", 3, seen.rawClick | seen.adjustedClick);
  const visits: number[][] = [];
  uniques.forEach((campaign, bits) => visits.push([campaign, bits]));
  expect(visits).toEqual([[3, seen.rawOpen | seen.rawClick | seen.adjustedClick]]);
  expect(uniques.oneIn()).toBe(1);
});

test("above its limit it samples, and the estimate is near whatever the order and repetition", () => {
  const total = 50_000;
  const [once, again] = [createUniqueMessages(2000), createUniqueMessages(2000)];
  for (let n = 0; n < total; n++) once.add(`demo/<${n}@sender.example>/0`, 0, seen.rawOpen);
  for (let n = total - 1; n >= 0; n--) {
    for (let repeat = 0; repeat < 2; repeat++) again.add(`demo/<${n}@sender.example>/0`, 0, seen.rawOpen);
  }
  expect(once.oneIn()).toBeGreaterThanOrEqual(32);
  expect(Math.abs(estimate(once) / total - 1)).toBeLessThan(0.1);
  expect(estimate(again)).toBe(estimate(once));
});
