import { describe, expect, test } from "vitest";
import { retryAt, retrySchedules } from "./retry-schedule.ts";

const minutes = (name: keyof typeof retrySchedules, count: number): (number | null)[] =>
  Array.from({ length: count }, (_, index) => {
    const at = retryAt(retrySchedules[name], index + 1);
    return at === null ? null : Math.round(at / 60_000);
  });

describe("retry schedules", () => {
  test("SparkPost doubles from 20 minutes", () => {
    expect(minutes("sparkpost", 4)).toEqual([20, 60, 140, 300]);
  });

  test("SendGrid tries after 1, 10, 60 and 240 minutes", () => {
    expect(minutes("sendgrid", 5)).toEqual([1, 10, 60, 240, 480]);
  });

  test("each grows until its sender gives up", () => {
    for (const schedule of Object.values(retrySchedules)) {
      let before = 0;
      let retry = 1;
      for (let at = retryAt(schedule, retry); at !== null; at = retryAt(schedule, ++retry)) {
        expect(at).toBeGreaterThan(before);
        before = at;
      }
      expect(before).toBeLessThan(schedule.giveUpMs);
      expect(retry).toBeGreaterThan(5);
    }
  });
});
