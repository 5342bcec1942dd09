import type { Logger } from "./logger.ts";

/** One thing with a lifetime: started in the order of the list, stopped in reverse. */
export interface Part {
  name: string;
  start(): Promise<void>;
  /** Finishes what is in hand and gives back what it holds. */
  stop(): Promise<void>;
  /** Settles only when the part ends by itself: with an error where it failed. */
  ended?: Promise<void>;
}

export interface RunOptions {
  parts: Part[];
  log: Logger;
  /** Aborts on SIGTERM and SIGINT; a second signal exits at once. */
  signal: AbortSignal;
  onReady?(): void;
}

const drainMsMax = 25_000;

/**
 * Runs a service until its signal aborts or a part ends. Parts that were started are stopped in reverse, within 25 s.
 * Throws what a part failed with: a half-alive service helps nobody.
 */
export async function runParts({ parts, log, signal, onReady }: RunOptions): Promise<void> {
  const started: Part[] = [];
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    for (const part of parts) {
      if (signal.aborted) break;
      started.unshift(part);
      await part.start();
    }
    onReady?.();
    await Promise.race([aborted, ...parts.flatMap((part) => (part.ended ? [part.ended] : []))]);
  } finally {
    await stopAll(started, log);
  }
}

/** In the order given. What hangs is named, and does not keep the process from ending. */
async function stopAll(parts: readonly Part[], log: Logger): Promise<void> {
  let stopping = "";
  const timer = setTimeout(() => {
    log.error({ part: stopping, drainMsMax }, "not stopped in time, exiting");
    process.exit(1);
  }, drainMsMax);
  for (const part of parts) {
    stopping = part.name;
    log.debug({ part: stopping }, "stopping");
    await part.stop();
  }
  clearTimeout(timer);
}

/** A signal that SIGTERM and SIGINT abort; the second one ends the process at once. */
export function processSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
