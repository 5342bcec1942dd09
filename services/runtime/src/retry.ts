import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, FatalError } from "./errors.ts";

export interface RetryOptions {
  /** Said while waiting, for example `waiting for Kafka at 127.0.0.1:9092`. */
  onWait(attempt: number, code: string, waitMs: number): void;
  signal?: AbortSignal;
  /** Errors that no waiting mends. FatalError always is one. */
  isFatal?(error: unknown): boolean;
  firstWaitMs?: number;
  waitMsMax?: number;
}

/**
 * Runs `attempt` until it succeeds, for ever: transient faults are waited out, nothing is dropped. Waits grow to 10 s,
 * with jitter so that many processes do not come back at once. Throws only what is fatal, or when the signal aborts.
 */
export async function retryForever<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { firstWaitMs = 200, waitMsMax = 10_000 } = options;
  for (let tries = 1; ; tries++) {
    options.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FatalError || options.isFatal?.(error) || options.signal?.aborted) throw error;
      const cap = Math.min(waitMsMax, firstWaitMs * 2 ** Math.min(tries - 1, 10));
      const waitMs = Math.round(cap * (0.5 + Math.random() / 2));
      options.onWait(tries, errorCode(error), waitMs);
      await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}
