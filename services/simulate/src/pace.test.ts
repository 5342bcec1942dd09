import { describe, expect, test } from "vitest";
import { createPace } from "./pace.ts";

describe("pace", () => {
  test("messages begin at the rate", () => {
    const pace = createPace(10, 100, 0);
    expect(pace.waitMs(0, 0)).toBe(100);
    expect(pace.waitMs(0, 100)).toBe(0);
    expect(pace.waitMs(4, 100)).toBe(400);
  });

  test("who is late does not wait", () => {
    expect(createPace(10, 100, 0).waitMs(0, 5_000)).toBe(0);
  });

  test("after the last message events keep their rate", () => {
    const pace = createPace(1, 2, 0);
    for (const message of [0, 0, 1, 1]) pace.waitMs(message, 10_000);
    const waits = Array.from({ length: 3 }, () => pace.waitMs(1, 2_000));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[2]).toBeGreaterThan(1_000);
  });
});
