import { once } from "node:events";
import { expect, test } from "vitest";
import { deadline } from "./deadline.ts";

test("a deadline passes by itself", async () => {
  // Its timer holds no process up, so something else must.
  const waiting = setInterval(() => {}, 1_000);
  await once(deadline(new AbortController().signal, 10), "abort");
  clearInterval(waiting);
});

test("it passes with the signal that it is given, before or after", () => {
  const controller = new AbortController();
  const before = deadline(controller.signal, 60_000);
  expect(before.aborted).toBe(false);
  controller.abort();
  expect(before.aborted).toBe(true);
  expect(deadline(controller.signal, 60_000).aborted).toBe(true);
});
