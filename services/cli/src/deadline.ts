/**
 * A signal that aborts with the given one, or after `ms`. Not `AbortSignal.any` with a timeout: Node 20 may collect such a
 * signal as garbage while it is waited for, and the wait then never ends.
 */
export function deadline(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  setTimeout(end, ms).unref();
  return controller.signal;
}
