/** One thing of a process that may have to wait, for example the task of a partition. */
export interface HealthPlace {
  /**
   * Waits from now on, of which `patienceMs` are normal. Where it waits already it still waits since then: only the
   * sentence and the patience are new.
   */
  waitFor(what: string, patienceMs?: number): void;
  /** Made progress, or is gone: waits for nothing. */
  goOn(): void;
}

/** What keeps a process from making progress. */
export interface Health {
  /** Name and `waitFor` together are a sentence: `join partition 3` and `no log yet`. */
  place(name: string): HealthPlace;
  /** What is waited for longest beyond its patience, as one sentence; null where all goes on. */
  complaint(): string | null;
}

interface Waiting {
  what: string;
  sinceMs: number;
  patienceMs: number;
}

/** `now` is a monotonic clock, ms. */
export function createHealth(now: () => number): Health {
  const waiting = new Map<string, Waiting>();
  return {
    place: (name) => ({
      waitFor(what, patienceMs = 0) {
        waiting.set(name, { what, patienceMs, sinceMs: waiting.get(name)?.sinceMs ?? now() });
      },
      goOn: () => void waiting.delete(name),
    }),
    complaint() {
      const overdue = [...waiting].filter(([, { sinceMs, patienceMs }]) => now() - sinceMs >= patienceMs);
      const [longest] = overdue.sort(([, a], [, b]) => a.sinceMs - b.sinceMs);
      if (longest === undefined) return null;
      const [name, { what, sinceMs }] = longest;
      return `${name}: ${what} for ${Math.round((now() - sinceMs) / 1_000)} s`;
    },
  };
}
