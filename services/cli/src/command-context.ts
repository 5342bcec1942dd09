import type { Environment } from "@antedate/runtime";
import type { LiveLine } from "./live-line.ts";

/** What a command has of the world; nothing below main.ts reads `process` itself. */
export interface CommandContext {
  env: Environment;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** A line of the command's result, to stdout. */
  print(text: string): void;
  /** A line about how it goes, to stderr. */
  say(text: string): void;
  /** On stderr, where that is a terminal. */
  liveLine: LiveLine;
}
