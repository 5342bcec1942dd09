import { exception, type ClickHouseException } from "./exception.ts";
import { tokens, type Token } from "./tokens.ts";

/** What a request asks for, as far as this server must know to run it. All texts are latin1-decoded bytes. */
export type Statement =
  /** A query whose result may be large; `beforeFormat` is where `INTO OUTFILE` goes. */
  | { kind: "read"; sql: string; beforeFormat: number; format: string | undefined }
  /** Rows follow `dataStart`; `FROM INFILE` goes between `target` and `settings`. */
  | { kind: "insert"; target: string; settings: string; format: string; dataStart: number }
  | { kind: "other"; sql: string; format: string | undefined };

/**
 * Finds the kind of a statement and the places where this server puts its own words. Refuses what must not reach the
 * engine: a second statement, files of the server's machine, and rows by `input()`, which the engine silently drops.
 */
export function readStatement(text: string): Statement {
  const seen: Token[] = [];
  let insert: InsertHead | undefined;
  let closed = false;
  for (const token of tokens(text)) {
    if (token.text === ";") {
      closed = true;
      continue;
    }
    if (closed) {
      throw multiStatements();
    }
    seen.push(token);
    if (seen[0]?.word === "INSERT") {
      insert ??= { settingsStart: undefined, source: undefined };
      const found = readInsert(text, seen, insert);
      if (found !== undefined) return found;
    }
  }
  const first = seen[0];
  if (first === undefined) throw exception("SYNTAX_ERROR", "Empty query");
  refuseEscapes(seen);
  return withoutRows(text, seen, first);
}

const readWords = new Set(["SELECT", "WITH", "FROM"]);

function withoutRows(text: string, body: Token[], first: Token): Statement {
  const sql = text.slice(0, body.at(-1)?.end ?? 0);
  const at = body.findLastIndex((token, index) => isFormatClause(body, token, index));
  const format = at < 0 ? undefined : body[at + 1]?.text;
  if (!readWords.has(first.word) && first.text !== "(") return { kind: "other", sql, format };
  return { kind: "read", sql, beforeFormat: at < 0 ? sql.length : (body[at]?.start ?? sql.length), format };
}

/** `FORMAT name` closes a query; only SETTINGS may follow. A column named format is neither last nor before SETTINGS. */
function isFormatClause(body: Token[], token: Token, index: number): boolean {
  if (token.word !== "FORMAT" || token.depth > 0 || body[index - 1]?.text === ".") return false;
  const after = body[index + 2];
  return index > 0 && body[index + 1]?.kind === "word" && (after === undefined || after.word === "SETTINGS");
}

interface InsertHead {
  settingsStart: number | undefined;
  /** Set once the rows are known to come from a query. */
  source: "query" | undefined;
}

function readInsert(text: string, seen: Token[], head: InsertHead): Statement | undefined {
  const token = seen.at(-1);
  const before = seen.at(-2);
  if (token === undefined || token.depth > 0 || head.source === "query" || inTarget(seen)) return undefined;
  if (before?.word === "FORMAT" && before.depth === 0 && !inTarget(seen.slice(0, -1)) && token.kind === "word") {
    return rows(text, seen, head, {
      nameEnd: before.start,
      format: token.text,
      dataStart: dataAfterFormat(text, token.end),
    });
  }
  if (token.word === "VALUES") refuseSecondStatement(text.slice(token.end));
  if (token.word === "VALUES")
    return rows(text, seen, head, { nameEnd: token.start, format: "Values", dataStart: token.end });
  if (token.word === "SELECT" || token.word === "WITH" || token.word === "FROM" || token.word === "WATCH")
    head.source = "query";
  if (token.word === "SETTINGS") head.settingsStart ??= token.start;
  return undefined;
}

/** Whether the last token is still part of `INSERT INTO [TABLE] [FUNCTION] name`, where any word may be a name. */
function inTarget(seen: Token[]): boolean {
  const words = new Set(["INSERT", "INTO", "TABLE", "FUNCTION"]);
  let index = 0;
  while (index < seen.length && index < 4 && words.has(seen[index]?.word ?? "")) index++;
  if (index >= seen.length - 1) return true;
  while (seen[index + 1]?.text === ".") index += 2;
  return index >= seen.length - 1;
}

function rows(
  text: string,
  seen: Token[],
  head: InsertHead,
  found: { nameEnd: number; format: string; dataStart: number },
): Statement {
  refuseEscapes(seen);
  const cut = head.settingsStart ?? found.nameEnd;
  return {
    kind: "insert",
    target: text.slice(0, cut),
    settings: text.slice(cut, found.nameEnd),
    format: found.format,
    dataStart: found.dataStart,
  };
}

/** Rows of VALUES are SQL: the engine reads them up to a semicolon, and would silently leave out what follows. */
function refuseSecondStatement(sql: string): void {
  let closed = false;
  for (const token of tokens(sql)) {
    if (token.text === ";") closed = true;
    else if (closed) throw multiStatements();
  }
}

/** Rows begin after the first line end, if only blanks are before it, else after the blanks. */
function dataAfterFormat(text: string, end: number): number {
  const blanks = /[ \t\f]*\r?\n?/y;
  blanks.lastIndex = end;
  blanks.exec(text);
  return blanks.lastIndex;
}

function multiStatements(): ClickHouseException {
  return exception("SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)");
}

function refuseEscapes(seen: Token[]): void {
  const isInsert = seen[0]?.word === "INSERT";
  for (const [index, token] of seen.entries()) {
    const next = seen[index + 1];
    if (token.word === "INTO" && next?.word === "OUTFILE") {
      throw exception("INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed");
    }
    if (token.word === "FROM" && next?.word === "INFILE") {
      throw exception("UNKNOWN_TYPE_OF_QUERY", "Query has infile and was send directly to server");
    }
    if (next?.text !== "(") continue;
    const name = (token.kind === "quoted" ? token.text.slice(1, -1) : token.text).toLowerCase();
    // The function file() reads any file without asking for a grant; the table function asks, but shares its name.
    if (name === "file")
      throw exception("ACCESS_DENIED", "Not enough privileges. file() reads files of the server's machine");
    if (name === "input" && isInsert) {
      throw exception(
        "NOT_IMPLEMENTED",
        "INSERT ... FROM input() is not supported by the embedded engine: name a table and FORMAT",
      );
    }
  }
}
