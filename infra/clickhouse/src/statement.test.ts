import { expect, test } from "vitest";

import { ClickHouseException } from "./exception.ts";
import { readStatement } from "./statement.ts";

const codeOf = (sql: string): number | undefined => {
  try {
    readStatement(sql);
  } catch (error) {
    return error instanceof ClickHouseException ? error.code : -1;
  }
  return undefined;
};

test.each([
  ["SELECT 1 FORMAT JSON", "JSON", "SELECT 1 "],
  ["SELECT format FROM t", undefined, "SELECT format FROM t"],
  ["SELECT 1 AS format SETTINGS max_threads = 1", undefined, "SELECT 1 AS format SETTINGS max_threads = 1"],
  ["SELECT 1 FORMAT CSV SETTINGS max_threads = 1;", "CSV", "SELECT 1 "],
  ["SELECT (SELECT 1) FORMAT Native -- c", "Native", "SELECT (SELECT 1) "],
  ["WITH 1 AS x SELECT x", undefined, "WITH 1 AS x SELECT x"],
])("%s: the format is %s", (sql, format, before) => {
  const statement = readStatement(sql);
  if (statement.kind !== "read") throw new Error(statement.kind);
  expect([statement.format, statement.sql.slice(0, statement.beforeFormat)]).toEqual([format, before]);
});

test.each([
  ["INSERT INTO t FORMAT TSV\n1", "INSERT INTO t ", "", "TSV", "1"],
  ["INSERT INTO t FORMAT RowBinary\n\n\n;", "INSERT INTO t ", "", "RowBinary", "\n\n;"],
  ["INSERT INTO t FORMAT JSONEachRow {}", "INSERT INTO t ", "", "JSONEachRow", "{}"],
  [
    "insert into d.t (a, format) settings x = 1 format CSV\r\n1",
    "insert into d.t (a, format) ",
    "settings x = 1 ",
    "CSV",
    "1",
  ],
  [
    "INSERT INTO TABLE `values` (a) VALUES ('x\n\nDROP'), (2)",
    "INSERT INTO TABLE `values` (a) ",
    "",
    "Values",
    " ('x\n\nDROP'), (2)",
  ],
  ["INSERT INTO format FORMAT TSV\n", "INSERT INTO format ", "", "TSV", ""],
  ["INSERT INTO FUNCTION null('a Int') FORMAT TSV\n1", "INSERT INTO FUNCTION null('a Int') ", "", "TSV", "1"],
])("%j carries rows", (sql, target, settings, format, rows) => {
  const statement = readStatement(sql);
  if (statement.kind !== "insert") throw new Error(statement.kind);
  expect([statement.target, statement.settings, statement.format, sql.slice(statement.dataStart)]).toEqual([
    target,
    settings,
    format,
    rows,
  ]);
});

test("an INSERT from a query carries no rows, also where the query names VALUES or FORMAT", () => {
  expect(readStatement("INSERT INTO t SELECT * FROM values('a Int', 1)").kind).toBe("other");
  expect(readStatement("INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x").kind).toBe("other");
});

test("a second statement is refused, a closing semicolon is not", () => {
  expect(codeOf("SELECT 1; DROP TABLE t")).toBe(62);
  expect(codeOf("INSERT INTO t VALUES (1); DROP TABLE t")).toBe(62);
  expect(codeOf("INSERT INTO t VALUES ('; x');")).toBeUndefined();
  expect(codeOf("SELECT 1;; -- end")).toBeUndefined();
  expect(codeOf("SELECT ';'")).toBeUndefined();
  expect(codeOf(" -- nothing")).toBe(62);
});

test("files of the server's machine are out of reach", () => {
  expect(codeOf("SELECT 1 INTO/**/OUTFILE 'x'")).toBe(358);
  expect(codeOf("INSERT INTO t FROM INFILE 'x' FORMAT TSV")).toBe(78);
  expect(codeOf("SELECT file('/etc/passwd')")).toBe(497);
  expect(codeOf("SELECT `file` ('/etc/passwd')")).toBe(497);
  expect(codeOf("INSERT INTO t SELECT * FROM input('a Int') FORMAT TSV")).toBe(48);
  expect(codeOf("SELECT file FROM t WHERE a = 'INTO OUTFILE'")).toBeUndefined();
});
