import { ClickHouseError } from "@clickhouse/client";
import { expect, test } from "vitest";
import { clickHouseFault, fatalSentence, passes } from "./clickhouse-fault.ts";

const answered = (code: string): ClickHouseError => new ClickHouseError({ message: "any text", code, type: "ANY" });

test("what is no answer of ClickHouse's may have been done", () => {
  expect(clickHouseFault(Object.assign(new Error("x"), { code: "ECONNREFUSED" }))).toBe("unanswered");
  expect(clickHouseFault(new Error("Timeout error."))).toBe("unanswered");
  expect(clickHouseFault(answered("319"))).toBe("unanswered");
});

test("too many parts and memory limits pass by themselves", () => {
  expect(["252", "241", "202", "243"].map((code) => clickHouseFault(answered(code)))).toEqual(Array(4).fill("refused"));
});

test("a row that the table does not take, and a table that is not as it must be, are told apart by code", () => {
  expect(["27", "33", "53", "117", "395", "469"].map((code) => clickHouseFault(answered(code)))).toEqual(
    Array(6).fill("data"),
  );
  expect(["16", "60", "81"].map((code) => clickHouseFault(answered(code)))).toEqual(Array(3).fill("schema"));
  expect(clickHouseFault(answered("62"))).toBe("fatal");
});

test("wrong passwords and missing tables are for a person, with the fix", () => {
  expect(fatalSentence(answered("516"))).toContain("CLICKHOUSE_URL");
  expect(fatalSentence(answered("60"))).toContain("antedate migrate");
  expect(fatalSentence(answered("117"))).toContain("117");
  expect(fatalSentence(answered("252"))).toBeNull();
});

test.each([
  ["241", "MEMORY_LIMIT_EXCEEDED"],
  ["745", "SERVER_OVERLOADED"],
  ["473", "DEADLOCK_AVOIDED"],
  ["201", "QUOTA_EXCEEDED"],
  ["254", "NO_ACTIVE_REPLICAS"],
  ["173", "CANNOT_ALLOCATE_MEMORY"],
])("what a server has too much of, or lacks for a while, is refused and passes: %s %s", (code) => {
  expect(clickHouseFault(answered(code))).toBe("refused");
  expect(fatalSentence(answered(code))).toBeNull();
});

test.each([
  ["a server that is gone", new Error("socket hang up")],
  ["a storage that failed within the insert", answered("499")],
  ["a keeper that failed within the insert", answered("999")],
])("after %s the block may be there, and it passes", (_, error) => {
  expect(clickHouseFault(error)).toBe("unanswered");
  expect(passes(clickHouseFault(error))).toBe(true);
});

test("a code that is in no list is said with its name, and that trying again does not mend it", () => {
  expect(fatalSentence(new ClickHouseError({ message: "any text", code: "62", type: "SYNTAX_ERROR" }))).toBe(
    "ClickHouse answered with code 62 (SYNTAX_ERROR), which trying again does not mend",
  );
});
