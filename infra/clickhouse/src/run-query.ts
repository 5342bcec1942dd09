import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { readRequestBytes, type RequestBytes } from "./body.ts";
import type { Engine, EngineSession } from "./engine.ts";
import { exception } from "./exception.ts";
import type { Places } from "./places.ts";
import type { Reply } from "./reply.ts";
import type { QueryRequest } from "./request.ts";
import { spoolRead, streamRead } from "./run-read.ts";
import type { SessionContext } from "./session-sql.ts";
import type { Spool } from "./spool.ts";
import { sqlText } from "./sql-text.ts";
import { readStatement, type Statement } from "./statement.ts";
import type { ServerUser } from "./users.ts";

/** What all queries of a server share. */
export interface QueryRunner {
  engine: Engine;
  places: Places;
  spool: Spool;
  bodyBytesMax: number;
}

/** One query of one client. */
export interface Query {
  incoming: IncomingMessage;
  request: QueryRequest;
  user: ServerUser;
  reply: Reply;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** ClickHouse's default of max_query_size. */
const queryBytesMaxDefault = 262_144;
const bufferBytesDefault = 1_048_576;

/** Reads, checks and runs one query, and answers it. What goes wrong before the answer began is thrown. */
export async function runQuery(runner: QueryRunner, query: Query): Promise<void> {
  const queryBytesMax = Number(query.request.settings["max_query_size"] ?? 0) || queryBytesMaxDefault;
  const bytes = await readRequestBytes(query.incoming, {
    query: query.request.query,
    headBytesMax: Math.max(queryBytesMax, Buffer.byteLength(query.request.query)) + 1,
    bodyBytesMax: runner.bodyBytesMax,
  });
  const statement = readStatement(bytes.head.toString("latin1"));
  if (statement.kind === "insert") return insertRows(runner, query, statement, bytes);
  if (!bytes.complete || bytes.head.length > queryBytesMax + 1) {
    throw exception("SYNTAX_ERROR", `Max query size exceeded (can be increased with the \`max_query_size\` setting)`);
  }
  await runner.places.take(query.signal, (place) =>
    runner.engine.withSession(contextOf(query), async (session) => {
      await refuseWhatTheEngineSees(session, statement);
      if (statement.kind === "read") await runRead(runner, { query, session, statement, place });
      else await runOther(query, session, statement);
    }),
  );
}

async function insertRows(
  runner: QueryRunner,
  query: Query,
  statement: Extract<Statement, { kind: "insert" }>,
  bytes: RequestBytes,
): Promise<void> {
  const file = runner.spool.name();
  try {
    await bytes.spool(statement.dataStart, file);
    const source = ` FROM INFILE '${file}' `;
    const sql = `${sqlText(statement.target)}${source}${sqlText(statement.settings)} FORMAT ${statement.format}`;
    // From here on the rows go in, even if the client no longer listens: it may believe them sent.
    const result = await runner.places.take(query.signal, () =>
      runner.engine.withSession(contextOf(query), (session) => session.run(sql, "TabSeparated")),
    );
    query.reply.begin(query.request.defaultFormat, { kind: "insert", result });
    await query.reply.end();
  } finally {
    await runner.spool.remove(file);
  }
}

async function runRead(
  runner: QueryRunner,
  at: { query: Query; session: EngineSession; statement: Extract<Statement, { kind: "read" }>; place: number },
): Promise<void> {
  const { query, session, statement } = at;
  const mark = `/* ${randomUUID()} */`;
  const release = stopWhenGone(runner.engine, query.signal, mark);
  const read = {
    session,
    statement,
    format: statement.format ?? query.request.defaultFormat,
    mark,
    signal: query.signal,
    reply: query.reply,
  };
  try {
    const pipe = runner.spool.pipes[at.place];
    if (query.request.waitEndOfQuery || pipe === undefined) {
      const file = runner.spool.name();
      try {
        await spoolRead(read, file);
      } finally {
        await runner.spool.remove(file);
      }
    } else await streamRead(read, { pipe, bufferBytes: query.request.bufferBytes ?? bufferBytesDefault });
  } finally {
    release();
  }
}

/** Kills again until the query has ended: the first time may come before the engine has begun it. */
function stopWhenGone(engine: Engine, signal: AbortSignal, mark: string): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    engine.kill(mark).catch(() => undefined);
    timer = setTimeout(kill, 500);
  };
  signal.throwIfAborted();
  signal.addEventListener("abort", kill, { once: true });
  return () => {
    signal.removeEventListener("abort", kill);
    clearTimeout(timer);
  };
}

async function runOther(
  query: Query,
  session: EngineSession,
  statement: Extract<Statement, { kind: "other" }>,
): Promise<void> {
  const format = statement.format ?? query.request.defaultFormat;
  // The comment keeps the engine's command line from taking words like `quit` for its own.
  const result = await session.run(`${sqlText(statement.sql)} /**/`, format);
  const isInsert = /^\s*insert\b/i.test(statement.sql);
  query.reply.begin(format, { kind: isInsert ? "insert" : "read", result });
  await query.reply.write(result.bytes);
  await query.reply.end();
}

/** Statements that may carry INTO OUTFILE. */
const queryWords = /^[^a-z]*(select|with|from|show|explain|describe|desc|exists|check)\b/i;

/** A second look by the engine's own parser, which cannot disagree with the one that runs the text. */
async function refuseWhatTheEngineSees(
  session: EngineSession,
  statement: Exclude<Statement, { kind: "insert" }>,
): Promise<void> {
  const seen = await session.classify(sqlText(statement.sql));
  if (seen.statementCount > 1) throw exception("SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)");
  if (seen.writesFile && queryWords.test(statement.sql)) {
    throw exception("INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed");
  }
}

function contextOf(query: Query): SessionContext {
  const { database, settings, params, readonly } = query.request;
  return { database, settings, params, readonly: query.user.access === "read" ? 1 : readonly ? 2 : undefined };
}
