import { inputs } from "@antedate/schemas";
import { expect, test } from "vitest";
import { benchTraffic, recordsPerMessage } from "./traffic.ts";

const options = { seed: 1, messages: 5_000, messagesPerSecond: 1_000 };

test("the same seed gives the same records", () => {
  const first = Array.from(benchTraffic({ ...options, messages: 200 }));
  expect(Array.from(benchTraffic({ ...options, messages: 200 }))).toEqual(first);
});

test("a message makes about 1 send, 1.3 deliveries and 0.9 engagements, some of them twice", () => {
  const counts = { sends: 0, deliveries: 0, engagements: 0 };
  for (const { input } of benchTraffic(options)) counts[input]++;
  const [sends, deliveries, engagements] = inputs.map((input) => counts[input] / options.messages);
  expect(sends).toBeCloseTo(1.02, 1);
  expect(deliveries).toBeCloseTo(1.3, 1);
  expect(engagements).toBeCloseTo(0.9, 1);
  expect((counts.sends + counts.deliveries + counts.engagements) / options.messages).toBeCloseTo(recordsPerMessage, 0);
});
