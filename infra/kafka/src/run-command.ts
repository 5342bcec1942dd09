import { spawn } from "node:child_process";

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
}

export interface CommandResult {
  /** The exit code; null where a signal ended it or it never started. */
  code: number | null;
  /** ENOENT where there is no such program; undefined where it started. */
  startError: string | undefined;
  /** Both output streams together, at most the last 64 KiB. */
  output: string;
}

const outputMax = 64 * 1024;

/** Runs a program to its end without showing its output; never rejects, the result says how it went. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-outputMax);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ code: null, startError: error.code ?? "UNKNOWN", output });
    });
    child.on("close", (code) => {
      resolve({ code, startError: undefined, output });
    });
  });
}
