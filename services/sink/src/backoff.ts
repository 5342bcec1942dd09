import type { Logger, Wake } from "@antedate/runtime";
import type { Backoff } from "./insert-block.ts";

const waitMsMax = 10_000;

/** Waits for ClickHouse, longer each time, saying so now and then; false once the flow is to stop. */
export function createBackoff(options: { wake: Wake; isStopped(): boolean; log: Logger; table: string }): Backoff {
  const { wake, isStopped, log, table } = options;
  return async (attempt) => {
    const waitMs = Math.min(waitMsMax, 200 * 2 ** Math.min(attempt - 1, 10)) * (0.5 + Math.random() / 2);
    if (attempt === 1 || attempt % 10 === 0) log.warn({ table, attempt }, "waiting for ClickHouse");
    const until = performance.now() + waitMs;
    // Fetched records wake the flow too; only a stop ends the wait.
    while (!isStopped() && performance.now() < until) await wake.wait(until - performance.now());
    return !isStopped();
  };
}
