import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits for `work`, but no longer than this; false where it was not done by then. For the end of a process that must not
 * depend on servers being there: what is left undone then must be safe to leave.
 */
export async function atMost(waitMs: number, work: Promise<unknown>): Promise<boolean> {
  const waited = new AbortController();
  const late = sleep(waitMs, false, { signal: waited.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    waited.abort();
  }
}
