import { expect, test } from "vitest";
import { Wake } from "./wake.ts";

test("a call wakes all that sleep", async () => {
  const wake = new Wake();
  const sleepers = Promise.all([wake.wait(60_000), wake.wait(60_000)]);
  wake.call();
  expect(await sleepers).toEqual([undefined, undefined]);
});

test("a call while nobody sleeps counts for the next sleep, once", async () => {
  const wake = new Wake();
  wake.call();
  wake.call();
  await wake.wait(60_000);
  const order: string[] = [];
  const second = wake.wait(60_000).then(() => order.push("woken"));
  order.push("asleep");
  wake.call();
  await second;
  expect(order).toEqual(["asleep", "woken"]);
});
