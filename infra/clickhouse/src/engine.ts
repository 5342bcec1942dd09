import { join } from "node:path";

import { loadChdbAddon, type ChdbConnection, type ChdbResult } from "./chdb-addon.ts";
import { writeEngineConfig } from "./engine-config.ts";
import { parseEngineError } from "./exception.ts";
import { sessionSql, type SessionContext } from "./session-sql.ts";

/** One connection with the context of one request. */
export interface EngineSession {
  run(sql: string, format: string): Promise<ChdbResult>;
  /** How many statements the engine itself sees in `sql`, and whether a query among them would write a file. */
  classify(sql: string): Promise<{ statementCount: number; writesFile: boolean }>;
}

/** The engine of this process. All errors are {@link ClickHouseException}s. */
export interface Engine {
  version: string;
  timezone: string;
  /** Runs `use` on a connection of its own and closes it: nothing that a request sets can reach another one. */
  withSession<T>(context: SessionContext, use: (session: EngineSession) => Promise<T>): Promise<T>;
  /** Stops a running query that carries the mark in its text. Returns before it has stopped. */
  kill(mark: string): Promise<void>;
  close(): void;
}

const noContext: SessionContext = { database: undefined, settings: {}, params: {}, readonly: undefined };

/**
 * Opens the data directory, which the engine locks for this process. One connection stays open until the end: with the
 * last one the engine itself would shut down and start again at the next request.
 */
export async function openEngine(options: { dataDir: string; memoryBytesMax: number }): Promise<Engine> {
  const addon = loadChdbAddon();
  const path = join(options.dataDir, "engine");
  const connectionArguments = writeEngineConfig(options.dataDir, options.memoryBytesMax);
  const connect = (): ChdbConnection => {
    try {
      return addon.CreateConnection(path, connectionArguments);
    } catch (error) {
      throw parseEngineError(error);
    }
  };
  const sessionOf = (connection: ChdbConnection): EngineSession => ({
    run: (sql, format) => addon.QueryAsyncConnection(connection, sql, format).catch(rethrow),
    classify: async (sql) => {
      const { statementCount, queryClass } = await addon.DurableClassifyAsync(connection, sql).catch(rethrow);
      return { statementCount, writesFile: queryClass === unclassed };
    },
  });
  const withSession: Engine["withSession"] = async (context, use) => {
    const setUp = sessionSql(context);
    const connection = connect();
    try {
      const session = sessionOf(connection);
      for (const sql of setUp) await session.run(sql, "Null");
      return await use(session);
    } finally {
      addon.CloseConnection(connection);
    }
  };
  const keeper = connect();
  const facts = await sessionOf(keeper).run("SELECT version(), timezone()", "TabSeparated");
  const [version = "", timezone = ""] = Buffer.from(facts.bytes).toString().trim().split("\t");
  return {
    version,
    timezone,
    withSession,
    kill: (mark) =>
      withSession(noContext, async (session) => {
        await session.run(`KILL QUERY WHERE endsWith(query, '${mark}') ASYNC FORMAT Null`, "Null");
      }),
    close: () => addon.CloseConnection(keeper),
  };
}

/** The addon's class of all that is neither a query nor a write to a table: SET, USE, SYSTEM, and a query INTO OUTFILE. */
const unclassed = 3;

function rethrow(error: unknown): never {
  throw parseEngineError(error);
}
