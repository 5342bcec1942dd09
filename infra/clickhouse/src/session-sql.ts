import { exception } from "./exception.ts";

/** What a request sets before its statement runs. */
export interface SessionContext {
  database: string | undefined;
  settings: Readonly<Record<string, string>>;
  params: Readonly<Record<string, string>>;
  /** Engine level that is set last, so that nothing before it can lift it; undefined: may write. */
  readonly: 1 | 2 | undefined;
}

/**
 * Statements that give a fresh connection the context of one request. Values are always quoted text: the engine casts
 * them, and a setting's name is checked, because it stands unquoted.
 */
export function sessionSql(context: SessionContext): string[] {
  const sql: string[] = [];
  if (context.database !== undefined) sql.push(`USE \`${context.database.replace(/[\\`]/g, "\\$&")}\``);
  // Off, as in the real server: with it any stray word is a query.
  const all = [["implicit_select", "0"], ...Object.entries(context.settings), ...namedParams(context.params)];
  sql.push(`SET ${all.map(([name, value]) => `${checkedName(name ?? "")} = ${quoted(value ?? "")}`).join(", ")}`);
  if (context.readonly !== undefined) sql.push(`SET readonly = ${context.readonly}`);
  return sql;
}

function namedParams(params: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(params).map(([name, value]) => [`param_${name}`, value]);
}

function checkedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name)) return name;
  throw exception("BAD_ARGUMENTS", `'${name.slice(0, 80)}' cannot be the name of a setting or of a parameter`);
}

/** Text as a string literal of ClickHouse. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
