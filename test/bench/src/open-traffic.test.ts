import { readRecord, WriterSchemas } from "@antedate/schemas";
import { expect, test } from "vitest";
import { OpenTraffic } from "./open-traffic.ts";

function eventsOf(kind: "open" | "decided") {
  const schemas = new WriterSchemas();
  return new OpenTraffic(kind, 4).next(20_000).flatMap((records, partition) =>
    records.map(({ input, bytes, keyStart, keyLength, valueStart, valueLength, appendTime }) => {
      const key = bytes.subarray(keyStart, keyStart + keyLength);
      const value = bytes.subarray(valueStart, valueStart + valueLength);
      const result = readRecord(input, { key, value, appendTime }, schemas);
      if (!("event" in result)) throw new Error(`no event: ${JSON.stringify(result)}`);
      return { input, partition, event: result.event };
    }),
  );
}

test("the traffic is events, each of a message of its own partition, and no event comes twice", () => {
  for (const kind of ["open", "decided"] as const) {
    const events = eventsOf(kind);
    expect(new Set(events.map(({ input, event }) => `${input} ${event.event_id}`)).size).toBe(events.length);
    const partitionOf = new Map<string, number>();
    for (const { event, partition } of events) {
      expect(partitionOf.get(event.message_id) ?? partition).toBe(partition);
      partitionOf.set(event.message_id, partition);
    }
    expect(partitionOf.size).toBe(20_000);
  }
});

test("decided messages have what the benchmark says", () => {
  const events = eventsOf("decided");
  const count = (input: string) => events.filter((one) => one.input === input).length;
  expect([count("sends"), count("deliveries"), count("engagements")]).toEqual([20_000, 26_000, 18_000]);
  expect(events[1]?.event).toMatchObject({
    message_id: "tenant-0/00000000.00000000@mta.tenant.example/000000009e3779b33c6ef36adaa66d25",
    outcome: "deferred",
    occurred_at: Date.UTC(2026, 0, 5, 8),
    started_at: Date.UTC(2026, 0, 5, 8) - 300,
    mx_host: "mx1.mail000.example",
  });
});
