import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A connection of the addon; only handed back to it. */
export type ChdbConnection = object & { readonly __chdbConnection: never };

/** What the addon answers to a query. */
export interface ChdbResult {
  bytes: Uint8Array;
  /** Seconds. */
  elapsed: number;
  /** Rows read, or written by an INSERT. */
  rowsRead: number;
  bytesRead: number;
}

/** The part of chdb's native addon that is used. Its promises run on libuv's thread pool and cannot be interrupted. */
export interface ChdbAddon {
  CreateConnection(path: string, connectionArguments: string[]): ChdbConnection;
  /** Must not be called while a query runs on the connection: that aborts the engine of the whole process. */
  CloseConnection(connection: ChdbConnection): void;
  QueryAsyncConnection(connection: ChdbConnection, sql: string, format: string): Promise<ChdbResult>;
  DurableClassifyAsync(
    connection: ChdbConnection,
    sql: string,
  ): Promise<{ statementCount: number; queryClass: number }>;
}

/**
 * Loads the addon under chdb's own wrapper. The wrapper waits at each close() for every running query of the process,
 * so that a connection per request, the only isolation of settings there is, would never be freed under load.
 */
export function loadChdbAddon(): ChdbAddon {
  const require = createRequire(import.meta.url);
  const loader: { loadNative(): ChdbAddon } = require(
    join(dirname(require.resolve("chdb/package.json")), "dist/loader.js"),
  );
  return loader.loadNative();
}
