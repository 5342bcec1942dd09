import { ClickHouseError } from "@clickhouse/client";
import { expect, test } from "vitest";
import { clickHouseFault, fatalSentence, passes } from "./clickhouse-fault.ts";

const answer = (code: string, type: string) => new ClickHouseError({ message: "as the server words it", code, type });

test.each([
  ["241", "MEMORY_LIMIT_EXCEEDED"],
  ["745", "SERVER_OVERLOADED"],
  ["473", "DEADLOCK_AVOIDED"],
  ["201", "QUOTA_EXCEEDED"],
  ["254", "NO_ACTIVE_REPLICAS"],
  ["173", "CANNOT_ALLOCATE_MEMORY"],
])("what a server has too much of, or lacks for a while, is refused and passes: %s %s", (code, type) => {
  expect(clickHouseFault(answer(code, type))).toBe("refused");
  expect(fatalSentence(answer(code, type))).toBeNull();
});

test.each([
  ["a server that is gone", new Error("socket hang up")],
  ["a storage that failed within the insert", answer("499", "S3_ERROR")],
  ["a keeper that failed within the insert", answer("999", "KEEPER_EXCEPTION")],
])("after %s the block may be there, and it passes", (_, error) => {
  expect(clickHouseFault(error)).toBe("unanswered");
  expect(passes(clickHouseFault(error))).toBe(true);
});

test("what trying again does not mend has a sentence that names the fix", () => {
  expect(fatalSentence(answer("516", "AUTHENTICATION_FAILED"))).toContain("CLICKHOUSE_URL");
  expect(fatalSentence(answer("60", "UNKNOWN_TABLE"))).toContain("antedate migrate");
  expect(fatalSentence(answer("62", "SYNTAX_ERROR"))).toBe(
    "ClickHouse answered with code 62 (SYNTAX_ERROR), which trying again does not mend",
  );
});
