import { expect, test } from "vitest";
import { MessageTable } from "./state/message-table.ts";

const nothing = [-Infinity, -Infinity, -Infinity] as const;
const [sends, deliveries, engagements] = [0, 1, 2];

/** The core's own clock, and the append time of the last record taken of each input. */
function timeFrom(now: number, lastTaken: readonly [number, number, number]) {
  const { calls } = new MessageTable().core;
  calls.startTime(now, ...lastTaken);
  return calls;
}

test("time is that of the input which is known least far, and stands while one has said nothing", () => {
  const time = timeFrom(0, nothing);
  time.takeTime(sends, 30);
  time.takeTime(deliveries, 20);
  expect(time.taskTime()).toBe(0);
  time.takeTime(engagements, 10);
  expect(time.taskTime()).toBe(10);
  time.takeTime(engagements, 50);
  expect(time.taskTime()).toBe(20);
});

test("an input that is read to its end counts as known up to the acknowledged time", () => {
  const time = timeFrom(0, nothing);
  time.takeTime(sends, 30);
  time.knowTime(deliveries, 40);
  time.knowTime(engagements, 35);
  expect(time.taskTime()).toBe(30);
  time.knowTime(sends, 60);
  expect(time.taskTime()).toBe(35);
});

test("time never goes back, neither by records nor by ends", () => {
  const time = timeFrom(100, [90, 95, 99]);
  time.takeTime(sends, 97);
  expect(time.taskTime()).toBe(100);
  for (const input of [sends, deliveries, engagements]) time.knowTime(input, 120);
  for (const input of [sends, deliveries, engagements]) time.knowTime(input, 110);
  expect(time.taskTime()).toBe(120);
});

test("a record that is stamped older than the one before it counts with that one's time", () => {
  const time = timeFrom(0, nothing);
  expect(time.takeTime(sends, 30)).toBe(30);
  expect(time.takeTime(sends, 20)).toBe(30);
  // What the end says is no record's time: a record may still be older than it.
  time.knowTime(sends, 90);
  expect(time.takeTime(sends, 40)).toBe(40);
  for (const input of [deliveries, engagements]) time.knowTime(input, 60);
  expect(time.taskTime()).toBe(60);
  expect(timeFrom(0, [50, -Infinity, -Infinity]).takeTime(sends, 7)).toBe(50);
});
