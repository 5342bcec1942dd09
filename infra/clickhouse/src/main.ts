// The server program: owns a data directory, listens, and stops when told or when its parent has gone.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { ConfigError, help, loadConfig, type ServerConfig } from "./config.ts";
import { runServer } from "./server.ts";
import { threadPoolSize, threadPoolVariable } from "./thread-pool.ts";

/** Starts the same program with a thread pool that is large enough, and passes signals and the exit code on. */
function relaunch(config: ServerConfig): void {
  const environment = {
    ...process.env,
    [threadPoolVariable]: String(threadPoolSize(config.queriesMax)),
    TZ: process.env["TZ"] ?? "UTC",
  };
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    env: environment,
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}

async function serve(config: ServerConfig): Promise<void> {
  const hasParent = process.connected;
  const server = await runServer(config);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.kill(process.pid, "SIGKILL");
    isStopping = true;
    server.stop().then(
      (end) => (end === "drained" ? process.exit(0) : process.kill(process.pid, "SIGKILL")),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  if (hasParent) {
    process.on("disconnect", () => isStopping || stop());
    // The parent may have gone while the engine opened.
    if (process.connected) process.send?.({ url: server.url, port: server.port });
    else stop();
  }
  process.stdout.write(`ClickHouse listens on ${server.url}\n`);
}

// A parent that was killed leaves pipes without a reader; that must not end this process before it has drained.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);
try {
  const config = loadConfig({ flags: process.argv.slice(2), environment: process.env });
  if (config === "help") process.stdout.write(help);
  else if (process.env[threadPoolVariable] === undefined) relaunch(config);
  else await serve(config);
} catch (error) {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
