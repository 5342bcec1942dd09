import { expect, test } from "vitest";
import { job, StoppedError, unlessStopped } from "./job.ts";

const failing = (): Promise<void> => Promise.reject(new Error("away"));

test("a job fails with what it failed with, and once it was told to stop with that", async () => {
  const controller = new AbortController();
  await expect(job(controller.signal, failing)()).rejects.toThrow("away");
  controller.abort();
  await expect(job(controller.signal, failing)()).rejects.toThrow(StoppedError);
  await job(controller.signal, () => Promise.resolve())();
});

test("work that does not hear the signal is left", async () => {
  const controller = new AbortController();
  expect(await unlessStopped(controller.signal, Promise.resolve(1))).toBe(1);
  const waiting = unlessStopped(controller.signal, new Promise(() => {}));
  controller.abort();
  await expect(waiting).rejects.toThrow(StoppedError);
  await expect(unlessStopped(controller.signal, new Promise(() => {}))).rejects.toThrow(StoppedError);
});
