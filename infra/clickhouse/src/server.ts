import { once } from "node:events";
import { chdir } from "node:process";
import { hostname } from "node:os";

import { claimDataDir } from "./claim-data-dir.ts";
import { ConfigError, type ServerConfig } from "./config.ts";
import { prepareDataDir } from "./data-dir.ts";
import { openEngine, type Engine } from "./engine.ts";
import { ClickHouseException } from "./exception.ts";
import { createPlaces } from "./places.ts";
import { createHttpSide, type HttpSide } from "./serve.ts";
import { openSpool } from "./spool.ts";

/** A server that answers. */
export interface RunningServer {
  port: number;
  url: string;
  /** Lets running queries finish, for at most `stopMsMax`, then closes the engine. */
  stop(): Promise<"drained" | "gave up">;
}

/**
 * Opens the engine, then listens: whoever gets an answer has a server that works. The working directory becomes the
 * data directory, since the names of spooled files in SQL are relative to it.
 */
export async function runServer(config: ServerConfig): Promise<RunningServer> {
  const dataDir = prepareDataDir(config.dataDir);
  chdir(dataDir);
  const release = await claimDataDir(dataDir);
  const engine = await open(dataDir, config);
  const spool = openSpool({ dataDir, pipeCount: config.queriesMax });
  const places = createPlaces({ count: config.queriesMax, waitingMax: 1000 });
  const facts = { version: engine.version, timezone: engine.timezone, displayName: hostname() };
  const http = createHttpSide(
    { engine, spool, places, bodyBytesMax: config.bodyBytesMax },
    { users: config.users, facts },
  );
  const port = await listen(http, config).catch((error: unknown) => {
    engine.close();
    throw error;
  });
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return {
    port,
    url: `http://${host}:${port}`,
    async stop() {
      const late = new Promise<"gave up">((resolve) => setTimeout(resolve, config.stopMsMax, "gave up").unref());
      const end = await Promise.race([http.drain().then(() => "drained" as const), late]);
      // A connection must not be closed under a running query; the process ends without that as after a kill.
      if (end === "drained") engine.close();
      release();
      return end;
    },
  };
}

async function open(dataDir: string, config: ServerConfig): Promise<Engine> {
  try {
    return await openEngine({ dataDir, memoryBytesMax: config.memoryBytesMax });
  } catch (error) {
    if (!(error instanceof ClickHouseException)) throw error;
    throw new ConfigError(
      `The engine could not open the data directory ${dataDir} (${error.message}): see its own words above, or choose another.`,
      { cause: error },
    );
  }
}

async function listen(http: HttpSide, config: ServerConfig): Promise<number> {
  http.server.listen({ host: config.host, port: config.port });
  try {
    await once(http.server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const place = `Port ${config.port} on ${config.host}`;
    if (code === "EADDRINUSE") {
      throw new ConfigError(`${place} is taken: stop what listens there, or give another port (0 takes a free one).`, {
        cause: error,
      });
    }
    throw new ConfigError(`${place} cannot be listened on (${code}): give another host or port.`, { cause: error });
  }
  const address = http.server.address();
  return typeof address === "object" && address !== null ? address.port : config.port;
}
