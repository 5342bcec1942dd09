import type { Environment } from "@antedate/runtime";
import type { LiveLine } from "./live-line.ts";

/** What a command has of the world; nothing below main.ts reads `process` itself. */
export interface CommandContext {
  env: Environment;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
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
