/**
 * Finds the value of the longest suffix of a host name, on label boundaries: `ess.barracudanetworks.com` matches
 * `barracudanetworks.com`, `notbarracudanetworks.com` does not. Case and a trailing dot do not count.
 */
export function createSuffixLookup<T>(entries: Iterable<readonly [string, T]>): (host: string) => T | null {
  const bySuffix = new Map<string, T>();
  for (const [suffix, value] of entries) bySuffix.set(normalise(suffix), value);
  return (host) => {
    if (bySuffix.size === 0) return null;
    let rest = normalise(host);
    for (;;) {
      const found = bySuffix.get(rest);
      if (found !== undefined) return found;
      const dot = rest.indexOf(".");
      if (dot < 0) return null;
      rest = rest.slice(dot + 1);
    }
  };
}

function normalise(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
