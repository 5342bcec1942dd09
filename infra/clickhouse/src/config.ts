import { availableParallelism, totalmem } from "node:os";
import { isIP } from "node:net";
import { parseArgs } from "node:util";

import { defaultUsers, type ServerUser } from "./users.ts";

/** Everything that can be set about the server. */
export interface ServerConfig {
  dataDir: string;
  host: string;
  /** 0: any free one. */
  port: number;
  users: readonly ServerUser[];
  memoryBytesMax: number;
  bodyBytesMax: number;
  queriesMax: number;
  stopMsMax: number;
}

/** Text of `--help`. */
export const help = `Usage: node dist/main.js --data DIR [options]

One process that owns a ClickHouse data directory and speaks ClickHouse's HTTP interface.

  --data DIR              data directory; made if missing (CLICKHOUSE_DATA)
  --port N                0 takes a free one (CLICKHOUSE_PORT, default 8123)
  --host ADDRESS          address to listen on (CLICKHOUSE_HOST, default 127.0.0.1)
  --memory-bytes-max N    the engine refuses queries beyond it, code 241 (CLICKHOUSE_MEMORY_BYTES_MAX, default half the machine)
  --body-bytes-max N      largest insert body, decompressed, on disk while it is read (CLICKHOUSE_BODY_BYTES_MAX, default 8 GiB)
  --queries-max N         queries at the engine at a time; 1000 more wait in line (CLICKHOUSE_QUERIES_MAX, default 16)
  --stop-ms-max N         how long a stop waits for running queries (CLICKHOUSE_STOP_MS_MAX, default 30000)

CLICKHOUSE_USERS is a JSON list of {"name", "password", "access": "read" | "write"}; without it the user default has no
password, which is accepted on loopback only.

SIGTERM or SIGINT lets running queries finish, then exits 0; a second one ends the process at once. Started with an IPC
channel it stops in the same way when its parent has gone.
`;

/** Raised for what a person must change; the message is one sentence that says what. */
export class ConfigError extends Error {}

/** Reads flags and environment; flags win. */
export function loadConfig(from: { flags: string[]; environment: NodeJS.ProcessEnv }): ServerConfig | "help" {
  const names = ["data", "port", "host", "memory-bytes-max", "body-bytes-max", "queries-max", "stop-ms-max"] as const;
  const { values } = parseFlags(from.flags, names);
  if (values["help"] === true) return "help";
  const text = (name: (typeof names)[number]): string | undefined => {
    const variable = `CLICKHOUSE_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = values[name];
    return (typeof value === "string" ? value : from.environment[variable]) || undefined;
  };
  const count = (name: (typeof names)[number], fallback: number, atLeast = 1): number => {
    const value = Number(text(name) ?? fallback);
    if (Number.isSafeInteger(value) && value >= atLeast) return value;
    throw new ConfigError(`--${name} must be a whole number of at least ${atLeast}.`);
  };
  const dataDir = text("data");
  if (dataDir === undefined) throw new ConfigError("Say with --data DIR where the data are to be.");
  const config = {
    dataDir,
    host: text("host") ?? "127.0.0.1",
    port: count("port", 8123, 0),
    users: readUsers(from.environment["CLICKHOUSE_USERS"]),
    memoryBytesMax: count("memory-bytes-max", Math.floor(totalmem() / 2), 256 * 1024 * 1024),
    bodyBytesMax: count("body-bytes-max", 8 * 1024 ** 3),
    queriesMax: count("queries-max", Math.max(16, availableParallelism())),
    stopMsMax: count("stop-ms-max", 30_000),
  };
  if (config.port > 65_535) throw new ConfigError("--port must be at most 65535.");
  if (!isLoopback(config.host) && config.users.some((user) => user.password === "")) {
    throw new ConfigError(
      `On ${config.host} every user needs a password: give them in CLICKHOUSE_USERS, or listen on 127.0.0.1.`,
    );
  }
  return Object.freeze(config);
}

function parseFlags(
  flags: string[],
  names: readonly string[],
): { values: Record<string, string | boolean | undefined> } {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args: flags, options: { ...options, help: { type: "boolean" } }, strict: true });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}; --help lists the flags.`, {
      cause: error,
    });
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function readUsers(text: string | undefined): readonly ServerUser[] {
  if (text === undefined || text === "") return defaultUsers;
  const wrong = new ConfigError(
    'CLICKHOUSE_USERS must be a JSON list of {"name", "password", "access": "read" | "write"}.',
  );
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every(isUser)) throw wrong;
  return list;
}

function isUser(value: unknown): value is ServerUser {
  if (typeof value !== "object" || value === null) return false;
  const { name, password, access } = value as Record<string, unknown>;
  return (
    typeof name === "string" && name !== "" && typeof password === "string" && (access === "read" || access === "write")
  );
}
