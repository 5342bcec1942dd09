import { accessSync, constants, mkdirSync, realpathSync } from "node:fs";
import { resolve } from "node:path";

import { ConfigError } from "./config.ts";

/**
 * Makes the data directory and checks that the engine can live in it. Signs of a file pattern are refused: the engine
 * expands them in the names of the files it is given, and then finds none of them.
 */
export function prepareDataDir(dataDir: string): string {
  const path = resolve(dataDir);
  if (/[*?{}[\]]/.test(path))
    throw new ConfigError(`The data directory ${path} has one of * ? { } [ ] in its path: choose another.`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new ConfigError(
      `The data directory ${path} cannot be written (${code}): make it writable, or choose another.`,
      {
        cause: error,
      },
    );
  }
}
