import { exception } from "./exception.ts";

/** A bounded number of places at the engine; whoever finds none waits in line. */
export interface Places {
  /** Runs `use` with the number of a place that nobody else has meanwhile. */
  take<T>(signal: AbortSignal, use: (place: number) => Promise<T>): Promise<T>;
}

/**
 * The engine ignores max_concurrent_queries, and a query more than the thread pool has threads would stall everything
 * else that uses the pool. The line is bounded too: beyond it a request is refused as ClickHouse does (202).
 */
export function createPlaces(options: { count: number; waitingMax: number }): Places {
  const free = Array.from({ length: options.count }, (_, index) => index);
  const line: ((place: number) => void)[] = [];

  const enter = (signal: AbortSignal): Promise<number> => {
    const place = free.pop();
    if (place !== undefined) return Promise.resolve(place);
    if (line.length >= options.waitingMax) {
      throw exception(
        "TOO_MANY_SIMULTANEOUS_QUERIES",
        `Too many simultaneous queries. Maximum: ${options.count + options.waitingMax}`,
      );
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        line.splice(line.indexOf(next), 1);
        reject(exception("ABORTED", "The client went away"));
      };
      const next = (freed: number): void => {
        signal.removeEventListener("abort", leave);
        resolve(freed);
      };
      line.push(next);
      signal.addEventListener("abort", leave, { once: true });
    });
  };

  return {
    async take(signal, use) {
      signal.throwIfAborted();
      const place = await enter(signal);
      try {
        return await use(place);
      } finally {
        const next = line.shift();
        if (next === undefined) free.push(place);
        else next(place);
      }
    },
  };
}
