/**
 * How long before its log line an attempt began at most, from `delays=a/b/c/d` (c connection set-up, d transmission, the
 * tries of earlier MX hosts within c). Postfix's format_tv prints two significant digits, whole seconds from 10 s on, at
 * least 0.01, without trailing zeros; one unit of each value's last digit is added, so that the true beginning is never
 * earlier. Null where there are no such delays.
 */
export function attemptLengthMs(delays: string | null): number | null {
  const parts = delays?.split("/") ?? [];
  const [, , connection, transmission] = parts;
  if (parts.length !== 4 || connection === undefined || transmission === undefined) return null;
  const length = paddedMs(connection) + paddedMs(transmission);
  return Number.isFinite(length) ? length : null;
}

function paddedMs(seconds: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(seconds)) return Number.NaN;
  const ms = Math.round(Number(seconds) * 1000);
  return ms + (ms >= 10_000 ? 1000 : ms >= 1000 ? 100 : 10);
}
