import type { ChildProcess } from "node:child_process";
import type { Environment, WorkerLink } from "@antedate/runtime";
import type { LiveLine } from "./live-line.ts";

/** What a command has of the world; nothing below main.ts reads `process` itself. */
export interface CommandContext {
  env: Environment;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** Null where this process is no worker of another. */
  worker: WorkerLink | null;
  /** Starts this program as a worker that runs the command; `env` goes over this process's own. */
  forkWorker(name: string, command: string, env: Record<string, string>): ChildProcess;
  /** Aborts when nobody reads standard output any more, or it cannot be written. */
  outputEnded: AbortSignal;
  /** A line of the command's result, to stdout. */
  print(text: string): void;
  /** A line about how it goes, to stderr. */
  say(text: string): void;
  /** Whether `print` writes to a terminal. */
  printsToTerminal: boolean;
  /** On stderr, where that is a terminal. */
  liveLine: LiveLine;
}
