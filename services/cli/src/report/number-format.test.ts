import { expect, test } from "vitest";
import {
  formatCompact,
  formatCount,
  formatDelta,
  formatDuration,
  formatShare,
  formatTime,
  formatTimeOfStep,
  plainSpaces,
} from "./number-format.ts";

test("thousands are set apart", () => {
  const counts = [0, 999, 1000, 1_234_567, 12_345_678_901];
  expect(counts.map((count) => plainSpaces(formatCount(count)))).toEqual([
    "0",
    "999",
    "1 000",
    "1 234 567",
    "12 345 678 901",
  ]);
});

test("a share is 0 or 100 % only if it is none or all, and a dash of nothing", () => {
  const shares = [
    formatShare(0, 3),
    formatShare(1, 3),
    formatShare(3, 3),
    formatShare(1, 1e6),
    formatShare(999_999, 1e6),
  ];
  expect(shares.map(plainSpaces)).toEqual(["0 %", "33.3 %", "100 %", "<0.1 %", ">99.9 %"]);
  expect(formatShare(0, 0)).toBe("–");
});

test("deltas, axis numbers and times", () => {
  expect([-10_800_000, -100, 0, 90_000, 3_024_000_000].map((ms) => plainSpaces(formatDelta(ms)))).toEqual([
    "−3 h",
    "−100 ms",
    "0",
    "+1.5 min",
    "+35 d",
  ]);
  expect([0, 950, 1500, 20_000_000].map((count) => plainSpaces(formatCompact(count)))).toEqual([
    "0",
    "950",
    "1.5 k",
    "20 M",
  ]);
  expect(formatTime(0)).toBe("1970-01-01 00:00 UTC");
});

test("a duration has its two largest units, and never more than it lasted", () => {
  const durations = {
    "0 ms": 0,
    "300 ms": -300,
    "1.2 s": 1_299,
    "59 s": 59_999,
    "1 min": 60_999,
    "1 min 56 s": 116_600,
    "2 h 14 min": 8_040_000,
    "1 d": 86_400_000 + 3_599_999,
    "34 d 23 h": 35 * 86_400_000 - 1,
  };
  for (const [words, ms] of Object.entries(durations)) expect(plainSpaces(formatDuration(ms))).toBe(words);
});

test("the time of a step has its seconds", () => {
  expect(formatTimeOfStep(Date.UTC(2026, 2, 1, 8, 30, 12, 999))).toBe("2026-03-01 08:30:12 UTC");
});
