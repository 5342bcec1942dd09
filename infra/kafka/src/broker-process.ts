import { fork, type ChildProcess } from "node:child_process";
import { access, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { BrokerFiles } from "./broker-files.ts";
import { hostEnvironment } from "./config.ts";
import type { BrokerExit, GuardReport, GuardRequest } from "./guard-messages.ts";
import { packageFile } from "./package-files.ts";
import { StartError } from "./start-error.ts";

/** One running broker, seen from its owner. */
export interface BrokerProcess {
  /** The JVM's, not the guard's. */
  pid: number;
  exited: Promise<BrokerExit>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL where it does not go in time. */
  stop(graceMs: number): Promise<BrokerExit>;
}

/** Starts a broker under its guard; resolves once the JVM runs, which is long before the broker serves. */
export async function startBrokerProcess(java: string, files: BrokerFiles): Promise<BrokerProcess> {
  const guard = await forkGuard(java, files);
  const exited = brokerExit(guard);
  const pid = await brokerPid(guard, files);
  const signal = (name: NodeJS.Signals) => {
    if (guard.connected) guard.send({ signal: name } satisfies GuardRequest);
  };
  return {
    pid,
    exited,
    signal,
    async stop(graceMs) {
      signal("SIGTERM");
      const patience = new AbortController();
      const late = sleep(graceMs, "late", { signal: patience.signal }).catch(() => "stopped");
      const first = await Promise.race([exited, late]);
      patience.abort();
      if (first === "late") signal("SIGKILL");
      return exited;
    },
  };
}

async function forkGuard(java: string, files: BrokerFiles): Promise<ChildProcess> {
  const program = packageFile("dist/broker-guard.js");
  try {
    await access(program);
  } catch (error) {
    throw new StartError("not_built", `${program} is not there: build first with \`npm run build\`.`, { cause: error });
  }
  const output = await open(files.outputFile, "w");
  try {
    return fork(program, [java, ...files.args], {
      cwd: files.directory,
      detached: true,
      env: hostEnvironment(),
      execArgv: [],
      stdio: ["ignore", output.fd, output.fd, "ipc"],
    });
  } finally {
    await output.close();
  }
}

function brokerPid(guard: ChildProcess, files: BrokerFiles): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.on("message", (report: GuardReport) => {
      if ("started" in report) resolve(report.started);
      if ("failed" in report) reject(new StartError("java_missing", `Java could not be started (${report.failed}).`));
    });
    guard.once("error", reject);
    guard.once("exit", () => {
      reject(
        new StartError("broker_died", `A Kafka broker's guard ended before its broker began: see ${files.outputFile}.`),
      );
    });
  });
}

/** The guard reports how its broker ended; a guard that is killed takes no one with it, so its broker is killed here. */
async function brokerExit(guard: ChildProcess): Promise<BrokerExit> {
  let pid: number | undefined;
  let exit: BrokerExit | undefined;
  guard.on("message", (report: GuardReport) => {
    if ("started" in report) pid = report.started;
    if ("exited" in report) exit = report.exited;
  });
  // The last report may still be in the channel when the exit is known; `disconnect` comes after it.
  await Promise.all([happens(guard, "exit"), happens(guard, "disconnect")]);
  if (exit !== undefined) return exit;
  if (pid !== undefined) killQuietly(pid);
  return { code: null, signal: "SIGKILL" };
}

function happens(guard: ChildProcess, event: "exit" | "disconnect"): Promise<void> {
  return new Promise((resolve) => {
    guard.once(event, () => {
      resolve();
    });
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
