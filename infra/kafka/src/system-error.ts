/** The `code` of an operating system error (ENOENT, EADDRINUSE, …), or undefined where the thrown thing has none. */
export function systemErrorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
