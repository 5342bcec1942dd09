import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { ServerStartError } from "./start-error.ts";
import { threadPoolSize, threadPoolVariable } from "./thread-pool.ts";
import type { ServerUser } from "./users.ts";

/** How to start a server. */
export interface StartOptions {
  /** Made if missing. One live server per directory. */
  dataDir: string;
  /** 0: any free one. */
  port: number;
  host?: string;
  /** Default: the user `default` without password. */
  users?: readonly ServerUser[];
  memoryBytesMax?: number;
  /** Gets each line that the server writes. */
  onLog?: (line: string) => void;
}

/** A started server, in a process and a process group of its own. */
export interface StartedServer {
  url: string;
  port: number;
  pid: number;
  /** Lets running queries finish; resolves when the process has ended. */
  stop(): Promise<void>;
  /** Exit code, or null if a signal ended it. */
  exited: Promise<number | null>;
}

const queriesMax = 16;

/**
 * Starts the built server program and waits until it answers. A Ctrl-C in the terminal does not reach it; it stops when
 * `stop()` is called or when this process ends, however it ends.
 */
export async function startClickHouseServer(options: StartOptions): Promise<StartedServer> {
  const child = spawn(process.execPath, [programPath(), ...flags(options)], {
    env: environment(options.users),
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const lines = readLines(child, options.onLog);
  const ready = await new Promise<{ url: string; port: number }>((resolve, reject) => {
    child.once("error", reject);
    child.once("message", (message) => resolve(message as { url: string; port: number }));
    void exited.then(() =>
      reject(new ServerStartError(lines.at(-1) ?? "The ClickHouse server ended before it answered.")),
    );
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
  };
  return {
    ...ready,
    pid: child.pid ?? 0,
    exited,
    // Once: to the server a second signal means "at once".
    stop: () => (stopped ??= stop()),
  };
}

/** The built program beside this file, or, when this runs from sources, in `dist`. */
function programPath(): string {
  const besides = [new URL("./main.js", import.meta.url), new URL("../dist/main.js", import.meta.url)];
  const path = besides.map((url) => fileURLToPath(url)).find((one) => existsSync(one));
  if (path === undefined)
    throw new ServerStartError("The ClickHouse server is not built: run `npx tsc -b infra/clickhouse` first.");
  return path;
}

function flags(options: StartOptions): string[] {
  const all = ["--data", options.dataDir, "--port", String(options.port), "--queries-max", String(queriesMax)];
  if (options.host !== undefined) all.push("--host", options.host);
  if (options.memoryBytesMax !== undefined) all.push("--memory-bytes-max", String(options.memoryBytesMax));
  return all;
}

/** A small environment of its own: passwords are not for command lines, and no variable of the parent may change it. */
function environment(users: readonly ServerUser[] | undefined): NodeJS.ProcessEnv {
  return {
    [threadPoolVariable]: String(threadPoolSize(queriesMax)),
    TZ: "UTC",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...(users === undefined ? {} : { CLICKHOUSE_USERS: JSON.stringify(users) }),
  };
}

function readLines(child: ChildProcess, onLog: ((line: string) => void) | undefined): string[] {
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      last.splice(0, Math.max(0, last.length - 19));
      last.push(line);
      onLog?.(line);
    });
  }
  return last;
}
