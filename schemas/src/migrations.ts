import { readdirSync, readFileSync } from "node:fs";

export interface Migration {
  /** The number its file name begins with. */
  number: number;
  name: string;
  /** Each idempotent. */
  statements: string[];
}

/** The numbered SQL files of schemas/clickhouse, in order. */
export function readMigrations(): Migration[] {
  const folder = new URL("../clickhouse/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => /^\d{3}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 3)),
      name: name.slice(0, -".sql".length),
      statements: splitStatements(readFileSync(new URL(name, folder), "utf8")),
    }));
}

/** Statements end with a semicolon at a line's end; comments are whole lines. */
function splitStatements(sql: string): string[] {
  const code = sql.split("\n").filter((line) => !line.startsWith("--"));
  return code
    .join("\n")
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter(Boolean);
}
