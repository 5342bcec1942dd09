import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/** Files that live as long as one request: its body, or its result. */
export interface Spool {
  /** A new name, relative to the data directory, which is the working directory of this process. */
  name(): string;
  remove(name: string): Promise<void>;
  /** One named pipe per place of the engine, in order. */
  pipes: readonly string[];
}

/**
 * Empties the spool of what a killed process left and lays the pipes. Call it only when the engine holds the lock of
 * the data directory, else it takes the files of the live owner away.
 */
export function openSpool(options: { dataDir: string; pipeCount: number }): Spool {
  const folder = "spool";
  const path = join(options.dataDir, folder);
  mkdirSync(path, { recursive: true });
  for (const left of readdirSync(path)) rmSync(join(path, left), { force: true, recursive: true });
  const pipes = Array.from({ length: options.pipeCount }, (_, index) => `${folder}/pipe-${index}`);
  execFileSync("mkfifo", ["-m", "600", ...pipes.map((pipe) => join(options.dataDir, pipe))]);
  let count = 0;
  return {
    name: () => `${folder}/file-${++count}`,
    remove: (name) => rm(name, { force: true }),
    pipes,
  };
}
