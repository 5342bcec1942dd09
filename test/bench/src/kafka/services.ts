import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../../../services/cli/bin/antedate.js", import.meta.url));

export interface RunningService {
  child: ChildProcess;
  startedAt: number;
  /** Throws where it has ended by itself. */
  check(): void;
  stop(): Promise<void>;
}

/** A built service as a process of its own, with nothing of this process's environment that could change it. */
export function startService(args: string[], env: Record<string, string>): RunningService {
  const { PATH = "", HOME = "" } = process.env;
  const startedAt = Date.now();
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH, HOME, LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const closed = once(child, "close");
  return {
    child,
    startedAt,
    check() {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`antedate ${args[0]} ended by itself`);
    },
    async stop() {
      child.kill("SIGTERM");
      await closed;
    },
  };
}
