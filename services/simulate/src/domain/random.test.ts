import { describe, expect, test } from "vitest";
import { Random } from "./random.ts";

describe("random", () => {
  test("the same keys draw the same, other keys something else", () => {
    const draws = (...keys: [number, number, number?]): number[] => {
      const random = new Random(...keys);
      return Array.from({ length: 5 }, () => random.uint32());
    };
    expect(draws(1, 2)).toEqual(draws(1, 2));
    const others = [draws(1, 3), draws(2, 2), draws(1, 2, 1), draws(1, 2 + 2 ** 32), draws(1 + 2 ** 32, 2)];
    for (const other of others) expect(other).not.toEqual(draws(1, 2));
  });

  test("neighbouring streams are not alike", () => {
    const firsts = Array.from({ length: 10_000 }, (_, index) => new Random(7, index).share());
    const mean = firsts.reduce((sum, share) => sum + share, 0) / firsts.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(new Set(firsts).size).toBeGreaterThan(9_990);
  });

  test("weights are kept, and a weight of 0 is never drawn", () => {
    const random = new Random(1, 1);
    const counts = { a: 0, b: 0, c: 0 };
    const choices = [
      ["a", 3],
      ["b", 1],
      ["c", 0],
    ] as const;
    for (let draw = 0; draw < 4_000; draw++) counts[random.weighted(choices)]++;
    expect(counts.a / 4_000).toBeCloseTo(0.75, 1);
    expect(counts.c).toBe(0);
  });

  test("log-normal draws have the median", () => {
    const random = new Random(3, 3);
    const draws = Array.from({ length: 4_001 }, () => random.logNormal(1_000, 1.5)).sort((a, b) => a - b);
    expect(draws[2_000]).toBeGreaterThan(900);
    expect(draws[2_000]).toBeLessThan(1_100);
  });
});
