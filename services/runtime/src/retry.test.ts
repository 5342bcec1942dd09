import { expect, test } from "vitest";
import { FatalError } from "./errors.ts";
import { retryForever } from "./retry.ts";

const quick = { firstWaitMs: 1, waitMsMax: 2 };

test("what fails is tried until it succeeds, and each wait is told with the error's code", async () => {
  let left = 3;
  const waits: string[] = [];
  const attempt = () =>
    left-- > 0 ? Promise.reject(Object.assign(new Error("x"), { code: "ECONNREFUSED" })) : Promise.resolve(7);
  expect(await retryForever(attempt, { ...quick, onWait: (tries, code) => waits.push(`${tries} ${code}`) })).toBe(7);
  expect(waits).toEqual(["1 ECONNREFUSED", "2 ECONNREFUSED", "3 ECONNREFUSED"]);
});

test("what no waiting mends is thrown at once", async () => {
  const onWait = (): void => {
    throw new Error("waited");
  };
  await expect(retryForever(() => Promise.reject(new FatalError("no")), { ...quick, onWait })).rejects.toThrow("no");
  const fatal = retryForever(() => Promise.reject(new Error("mine")), { ...quick, onWait, isFatal: () => true });
  await expect(fatal).rejects.toThrow("mine");
});

test("a signal ends the wait", async () => {
  const controller = new AbortController();
  const waiting = retryForever(() => Promise.reject(new Error("x")), {
    firstWaitMs: 60_000,
    signal: controller.signal,
    onWait: () => controller.abort(),
  });
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
