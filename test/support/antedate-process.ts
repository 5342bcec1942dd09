import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../services/cli/bin/antedate.js", import.meta.url));

export interface AntedateProcess {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in stdout; rejects where the process ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code; null where a signal ended it. */
  exited: Promise<number | null>;
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  cwd?: string;
  /** Shell commands that limit what the process may do, for example `ulimit -f 1`. */
  limits?: string | undefined;
}

/** The built command line as a process of its own, as a user starts it; the test's environment does not leak into it. */
export function startAntedate(
  args: string[],
  env: Record<string, string> = {},
  { cwd, limits = ":" }: StartOptions = {},
): AntedateProcess {
  const { PATH = "", HOME = "", JAVA_HOME, MAVEN_OPTS } = process.env;
  const inherited = { PATH, HOME, ...(JAVA_HOME ? { JAVA_HOME } : {}), ...(MAVEN_OPTS ? { MAVEN_OPTS } : {}) };
  // `exec` leaves no shell between: signals and the process ID are the program's own.
  const child = spawn("sh", ["-c", `${limits}; exec "$0" "$@"`, process.execPath, bin, ...args], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd ? { cwd } : {}),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exited = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    async waitFor(pattern) {
      for (;;) {
        const found = pattern.exec(stdout);
        if (found) return found;
        const ended = await Promise.race([exited.then(() => true), once(child.stdout, "data").then(() => false)]);
        if (ended && !pattern.test(stdout)) throw new Error(`ended before ${String(pattern)}: ${stdout}${stderr}`);
      }
    },
    async kill(signal) {
      child.kill(signal);
      return await exited;
    },
  };
}

/** Runs the command line to its end. */
export async function runAntedate(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const started = startAntedate(args, env);
  const code = await started.exited;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
}

/** What a process logs, of the fields that tests look at. */
export interface LogLine {
  msg: string;
  partition?: number;
  worker?: string;
  workerPid?: number;
  /** Partitions that it was given, by topic. */
  assigned?: Record<string, number[]>;
}

/** The lines that the process logged so far; what it said otherwise is left out. */
export function logLinesOf(process: AntedateProcess): LogLine[] {
  return process
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);
}
