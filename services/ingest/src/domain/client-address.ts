/**
 * The client of a request: the first address of X-Forwarded-For where there is one, since a proxy connected then, else
 * the connecting address. The header is the client's to forge; nothing is decided by it, it is kept for people.
 */
export function clientAddress(request: { ip: string | null; forwardedFor: string | null }): string | null {
  const first = (request.forwardedFor ?? "").split(",", 1)[0]?.trim() ?? "";
  return readAddress(first) ?? readAddress(request.ip?.trim() ?? "");
}

/** An IP address without the port or the brackets that proxies may write; null where it is none. */
function readAddress(text: string): string | null {
  const v4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(text)?.[1];
  const v6 = /^\[?([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?:%\w+)?(?:\](?::\d+)?)?$/.exec(text)?.[1];
  return v4 ?? v6 ?? null;
}
