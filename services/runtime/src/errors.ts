/**
 * Wrong configuration, or a state of the world that only a person can mend. The process ends with the message, one
 * sentence that names the fix, and no stack.
 */
export class FatalError extends Error {
  override readonly name = "FatalError";
  /** kafkajs tries again, for a minute, what does not say so. */
  readonly retriable = false;
}

/** The code of a Node, kafkajs or ClickHouse error, for logs and decisions; never its message. */
export function errorCode(error: unknown): string {
  const { code, type, name, cause } = (error ?? {}) as {
    code?: unknown;
    type?: unknown;
    name?: unknown;
    cause?: unknown;
  };
  for (const word of [type, code]) if (typeof word === "string" || typeof word === "number") return String(word);
  if (cause) return errorCode(cause);
  return typeof name === "string" ? name : "unknown";
}
