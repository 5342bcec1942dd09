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
  /**
   * Name and `waitFor` together are a sentence: `join partition 3` and `no log yet`. Each call makes a place of its own,
   * so that what ends late does not speak for what came after it.
   */
  place(name: string): HealthPlace;
  /** What is waited for longest beyond its patience, as one sentence; null where all goes on. */
  complaint(): string | null;
}

interface Waiting {
  name: string;
  what: string;
  sinceMs: number;
  patienceMs: number;
}

/** `now` is a monotonic clock, ms. */
export function createHealth(now: () => number): Health {
  const places = new Map<HealthPlace, Waiting>();
  return {
    place(name) {
      const place: HealthPlace = {
        waitFor(what, patienceMs = 0) {
          places.set(place, { name, what, patienceMs, sinceMs: places.get(place)?.sinceMs ?? now() });
        },
        goOn: () => void places.delete(place),
      };
      return place;
    },
    complaint() {
      const overdue = [...places.values()].filter(({ sinceMs, patienceMs }) => now() - sinceMs >= patienceMs);
      const [longest] = overdue.sort((a, b) => a.sinceMs - b.sinceMs);
      if (longest === undefined) return null;
      const { name, what, sinceMs } = longest;
      return `${name}: ${what} for ${Math.round((now() - sinceMs) / 1_000)} s`;
    },
  };
}
