import { expect, test } from "vitest";
import { createHealth } from "./health.ts";

function clocked() {
  let nowMs = 5_000;
  const health = createHealth(() => nowMs);
  return { health, pass: (ms: number) => void (nowMs += ms) };
}

test("a place that waits longer than is normal is named with how long, until it goes on", () => {
  const { health, pass } = clocked();
  const place = health.place("sink");
  expect(health.complaint()).toBeNull();
  place.waitFor("ClickHouse has not answered", 30_000);
  pass(29_999);
  expect(health.complaint()).toBeNull();
  pass(10_001);
  expect(health.complaint()).toBe("sink: ClickHouse has not answered for 40 s");
  place.goOn();
  expect(health.complaint()).toBeNull();
});

test("what waits again and again without going on waits since the first time", () => {
  const { health, pass } = clocked();
  const place = health.place("join partition 3");
  place.waitFor("not started");
  pass(4_000);
  place.waitFor("no log yet");
  pass(1_000);
  expect(health.complaint()).toBe("join partition 3: no log yet for 5 s");
});

test("of several places the one that waits longest is named", () => {
  const { health, pass } = clocked();
  health.place("patient").waitFor("nothing in particular", 60_000);
  pass(1_000);
  const first = health.place("first");
  first.waitFor("away");
  pass(1_000);
  health.place("second").waitFor("away too");
  expect(health.complaint()).toBe("first: away for 1 s");
  first.goOn();
  expect(health.complaint()).toBe("second: away too for 0 s");
});

test("a place that ends late does not speak for the next one of its name", () => {
  const { health } = clocked();
  const [earlier, later] = [health.place("join partition 3"), health.place("join partition 3")];
  later.waitFor("no log yet");
  earlier.goOn();
  expect(health.complaint()).toBe("join partition 3: no log yet for 0 s");
});
