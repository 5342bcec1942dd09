import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";

import type { ChdbResult } from "./chdb-addon.ts";
import type { EngineSession } from "./engine.ts";
import { exceptionCodes, parseEngineError, type ClickHouseException } from "./exception.ts";
import type { Reply } from "./reply.ts";
import { openResultPipe } from "./result-pipe.ts";
import { sqlText } from "./sql-text.ts";
import type { Statement } from "./statement.ts";

/** One query with a result, and where the result passes through. */
export interface Read {
  session: EngineSession;
  statement: Extract<Statement, { kind: "read" }>;
  format: string;
  mark: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  reply: Reply;
}

type Outcome = { result: ChdbResult } | { error: ClickHouseException };

/**
 * Streams a result of any size and format. The engine writes it into a named pipe (its own streaming interface repeats
 * the header of a format in each block). The first `bufferBytes` are held back: an error before them keeps its status.
 */
export async function streamRead(read: Read, options: { pipe: string; bufferBytes: number }): Promise<void> {
  const pipe = openResultPipe(options.pipe);
  const leave = (): void => void pipe.source.destroy();
  read.signal.addEventListener("abort", leave, { once: true });
  const running = settle(read.session.run(withTarget(read, `INTO OUTFILE '${options.pipe}' APPEND`), read.format));
  const outcome = running.finally(() => pipe.finish());
  try {
    await deliver(read, { source: pipe.source, bufferBytes: options.bufferBytes, outcome });
  } finally {
    pipe.source.destroy();
    await outcome;
    read.signal.removeEventListener("abort", leave);
  }
}

/** Puts the whole result into a file first: then its numbers and its errors are known before the first byte is sent. */
export async function spoolRead(read: Read, file: string): Promise<void> {
  const outcome = await settle(read.session.run(withTarget(read, `INTO OUTFILE '${file}' TRUNCATE`), read.format));
  if ("error" in outcome) return failOrRunPlain(read, outcome.error);
  read.reply.begin(read.format, { kind: "read", result: outcome.result });
  for await (const chunk of createReadStream(file)) await read.reply.write(chunk);
  await read.reply.end();
}

async function deliver(
  read: Read,
  from: { source: Readable; bufferBytes: number; outcome: Promise<Outcome> },
): Promise<void> {
  const chunks = from.source[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let heldBytes = 0;
  let next = await chunks.next();
  while (next.done !== true && heldBytes <= from.bufferBytes) {
    held.push(next.value);
    heldBytes += next.value.length;
    next = await chunks.next();
  }
  const early = next.done === true ? await from.outcome : undefined;
  if (early !== undefined && "error" in early) return failOrRunPlain(read, early.error);
  read.reply.begin(read.format, early === undefined ? undefined : { kind: "read", result: early.result });
  for (const chunk of held.splice(0)) await read.reply.write(chunk);
  while (next.done !== true) {
    await read.reply.write(next.value);
    next = await chunks.next();
  }
  const last = await from.outcome;
  if ("error" in last) await read.reply.fail(last.error);
  else await read.reply.end();
}

/**
 * A text that does not parse runs once more as the client wrote it: either its error then names the client's own words,
 * or our place for INTO OUTFILE was wrong and the buffered result is right.
 */
async function failOrRunPlain(read: Read, error: ClickHouseException): Promise<void> {
  if (error.code !== exceptionCodes.SYNTAX_ERROR) throw error;
  const result = await read.session.run(sqlText(read.statement.sql), read.format);
  read.reply.begin(read.format, { kind: "read", result });
  await read.reply.write(result.bytes);
  await read.reply.end();
}

function withTarget(read: Read, target: string): string {
  const { sql, beforeFormat } = read.statement;
  return `${sqlText(sql.slice(0, beforeFormat))} ${target} ${sqlText(sql.slice(beforeFormat))} ${read.mark}`;
}

function settle(running: Promise<ChdbResult>): Promise<Outcome> {
  return running.then(
    (result) => ({ result }),
    (error: unknown) => ({ error: parseEngineError(error) }),
  );
}
