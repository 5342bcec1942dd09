import { createRequire } from "node:module";
import { FatalError } from "./errors.ts";

const load = createRequire(import.meta.url);

/** Replaces what a CommonJS module exports and forgets the modules that hold it. Gives what undoes it. */
export function replaceModule(path: string, replacement: unknown, holders: readonly string[]): () => void {
  const stock = load(path) as unknown;
  const found = load.cache[load.resolve(path)];
  if (!found) throw new FatalError(`kafkajs has no module ${path}.`);
  const set = (exports: unknown): void => {
    found.exports = exports;
    for (const holder of holders) delete load.cache[load.resolve(holder)];
  };
  set(replacement);
  return () => set(stock);
}
