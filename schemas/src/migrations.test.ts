import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readMigrations } from "./migrations.ts";

const migrations = readMigrations();

test("every SQL file is a migration, numbered from 1 without a gap", () => {
  const files = readdirSync(new URL("../clickhouse/", import.meta.url)).filter((name) => name.endsWith(".sql"));
  expect(migrations.map(({ name }) => `${name}.sql`)).toEqual(files.toSorted());
  expect(migrations.map(({ number }) => number)).toEqual(files.map((_, index) => index + 1));
});

test("a file is split into whole statements, without comments and semicolons between them", () => {
  const statements = migrations.flatMap((migration) => migration.statements);
  expect(migrations.every((migration) => migration.statements.length > 0)).toBe(true);
  for (const statement of statements) {
    expect(statement).toMatch(/^(CREATE|ALTER|DROP|INSERT|RENAME)\b/);
    expect(statement).not.toMatch(/;\s*$|^--/m);
  }
});

test("every statement may be run again", () => {
  const statements = migrations.flatMap((migration) => migration.statements);
  const once = statements.filter((statement) => !/IF NOT EXISTS|OR REPLACE|IF EXISTS/.test(statement));
  expect(once).toEqual([]);
});
