import { BrokenInvariant } from "./domain/index.ts";

/** Errors of the language, of the core and broken invariants: restarting the task would only meet them again. */
export function isBug(error: unknown): boolean {
  return (
    [BrokenInvariant, TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind) ||
    // WebAssembly's is no class that Node's types know.
    (error instanceof Error && error.constructor.name === "RuntimeError")
  );
}
