import { expect, test } from "vitest";
import { TaskTime } from "./task-time.ts";

const nothing = { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity };

test("time is that of the input which is known least far, and stands while one has said nothing", () => {
  const time = new TaskTime(0, nothing);
  time.take("sends", 30);
  time.take("deliveries", 20);
  expect(time.now).toBe(0);
  time.take("engagements", 10);
  expect(time.now).toBe(10);
  time.take("engagements", 50);
  expect(time.now).toBe(20);
});

test("an input that is read to its end counts as known up to the acknowledged time", () => {
  const time = new TaskTime(0, nothing);
  time.take("sends", 30);
  time.reachEnd("deliveries", 40);
  time.reachEnd("engagements", 35);
  expect(time.now).toBe(30);
  time.reachEnd("sends", 60);
  expect(time.now).toBe(35);
});

test("time never goes back, neither by records nor by ends", () => {
  const time = new TaskTime(100, { sends: 90, deliveries: 95, engagements: 99 });
  time.take("sends", 97);
  expect(time.now).toBe(100);
  for (const input of ["sends", "deliveries", "engagements"] as const) time.reachEnd(input, 120);
  for (const input of ["sends", "deliveries", "engagements"] as const) time.reachEnd(input, 110);
  expect(time.now).toBe(120);
});

test("a record that is stamped older than the one before it counts with that one's time", () => {
  const time = new TaskTime(0, nothing);
  expect(time.take("sends", 30)).toBe(30);
  expect(time.take("sends", 20)).toBe(30);
  // What the end says is no record's time: a record may still be older than it.
  time.reachEnd("sends", 90);
  expect(time.take("sends", 40)).toBe(40);
  expect(new TaskTime(0, { ...nothing, sends: 50 }).take("sends", 7)).toBe(50);
});
