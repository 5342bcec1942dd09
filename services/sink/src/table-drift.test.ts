import { expect, test } from "vitest";
import { findDrifts, type FoundColumn } from "./table-drift.ts";

const expected = new Map([
  [
    "messages",
    new Map([
      ["tenant", "LowCardinality(String)"],
      ["attempts", "UInt32"],
    ]),
  ],
]);

function drifts(columns: Record<string, FoundColumn | string> | null): string[] {
  const found = Object.entries(columns ?? {}).map(
    ([name, one]) => [name, typeof one === "string" ? { type: one, kind: "" } : one] as const,
  );
  return findDrifts(new Map(columns === null ? [] : [["messages", new Map(found)]]), expected).get("messages") ?? [];
}

test("tables as the migrations make them are fine, an operator's own columns and plain strings too", () => {
  expect(drifts({ tenant: "LowCardinality(String)", attempts: "UInt32" })).toEqual([]);
  expect(drifts({ tenant: "String", attempts: { type: "UInt32", kind: "DEFAULT" }, own: "Float64" })).toEqual([]);
});

test("a missing table, a missing column and another type are named with what mends them", () => {
  expect(drifts(null)).toEqual(["ClickHouse has no table messages: run `antedate migrate`"]);
  expect(drifts({ attempts: "UInt32" })).toEqual([
    "ClickHouse's table messages has no column tenant, which must be LowCardinality(String): run `ALTER TABLE messages ADD COLUMN tenant LowCardinality(String)`",
  ]);
  expect(drifts({ tenant: "LowCardinality(Nullable(String))", attempts: "UInt64" })).toEqual([
    "ClickHouse's column messages.tenant is LowCardinality(Nullable(String)) and must be LowCardinality(String): run `ALTER TABLE messages MODIFY COLUMN tenant LowCardinality(String)`",
    "ClickHouse's column messages.attempts is UInt64 and must be UInt32: run `ALTER TABLE messages MODIFY COLUMN attempts UInt32`",
  ]);
});

test("a column that ClickHouse computes cannot be written", () => {
  const [sentence] = drifts({ tenant: "String", attempts: { type: "UInt32", kind: "MATERIALIZED" } });
  expect(sentence).toContain("messages.attempts is UInt32 MATERIALIZED and must be UInt32");
});
