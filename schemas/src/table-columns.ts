import { readMigrations } from "./migrations.ts";

/** Types of columns by their names. */
export type ColumnTypes = ReadonlyMap<string, string>;

let tables: ReadonlyMap<string, ColumnTypes> | null = null;

/** The columns of each table as the migrations make them, types as ClickHouse spells them. Read once. */
export function tableColumns(): ReadonlyMap<string, ColumnTypes> {
  return (tables ??= parse(readMigrations().flatMap(({ statements }) => statements)));
}

// One column a line, as the files have them.
const type = String.raw`(\w+(?:\((?:[^()]|\([^()]*\))*\))?)`;
const columnLine = new RegExp(String.raw`^ {4}([a-z]\w*) ${type}`, "gm");
const addedColumn = new RegExp(String.raw`ADD COLUMN IF NOT EXISTS (\w+) ${type}`, "g");

function parse(statements: readonly string[]): ReadonlyMap<string, ColumnTypes> {
  const found = new Map<string, Map<string, string>>();
  for (const statement of statements) {
    const created = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
    const altered = /^ALTER TABLE (\w+)/.exec(statement)?.[1];
    const table = created ?? altered;
    if (table === undefined) continue;
    const columns = found.get(table) ?? new Map<string, string>();
    for (const [, name = "", own = ""] of statement.matchAll(created ? columnLine : addedColumn))
      columns.set(name, own);
    found.set(table, columns);
  }
  return found;
}
