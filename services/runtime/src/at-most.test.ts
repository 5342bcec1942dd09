import { expect, test } from "vitest";
import { atMost } from "./at-most.ts";

test("work that is done in time is waited for, and its failure is told", async () => {
  expect(await atMost(60_000, Promise.resolve("done"))).toBe(true);
  await expect(atMost(60_000, Promise.reject(new Error("failed")))).rejects.toThrow("failed");
});

test("work that never ends is left", async () => {
  expect(await atMost(1, new Promise(() => {}))).toBe(false);
});
