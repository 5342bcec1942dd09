import type { SimProcess, VirtualTime } from "./virtual-time.ts";

/** What may go wrong, each at a rate of its own in every seed, and never in some seeds. */
export const faultKinds = [
  "crash",
  "freeze",
  "stop",
  "cut off",
  "request lost",
  "reply lost",
  "lands late",
  "lands twice",
  "slow",
  "tasks moved",
  "offsets forgotten",
  "crash with a new snapshot",
  "power lost",
  "disk full",
  "file damaged",
  "Kafka away",
  "ClickHouse away",
  "ClickHouse refuses",
  "ClickHouse killed before token",
  "ClickHouse killed between token and part",
  "ClickHouse killed after part",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Chance at each occasion, where the seed has the fault at all. */
const rates: Record<FaultKind, number> = {
  crash: 0.004,
  freeze: 0.004,
  stop: 0.05,
  "cut off": 0.04,
  "request lost": 0.02,
  "reply lost": 0.05,
  "lands late": 0.03,
  "lands twice": 0.04,
  slow: 0.06,
  "tasks moved": 0.05,
  "offsets forgotten": 0.02,
  "crash with a new snapshot": 0.1,
  "power lost": 0.5,
  "disk full": 0.01,
  "file damaged": 0.12,
  "Kafka away": 0.03,
  "ClickHouse away": 0.03,
  "ClickHouse refuses": 0.1,
  "ClickHouse killed before token": 0.05,
  "ClickHouse killed between token and part": 0.08,
  "ClickHouse killed after part": 0.05,
};

/** Decides by the seed what goes wrong where, and counts it. */
export class Faults {
  /** Nothing goes wrong while it is false. */
  areOn = false;
  readonly counts: Map<string, number> = new Map();
  readonly random: () => number;
  readonly #time: VirtualTime;
  readonly #turnsMax: number;
  readonly #rates: Record<FaultKind, number>;

  /** After `turnsMax` turns nothing goes wrong any more: a shorter way to the same failure may be found by it. */
  constructor(time: VirtualTime, random: () => number, turnsMax: number) {
    this.#time = time;
    this.random = random;
    this.#turnsMax = turnsMax;
    const isCalm = random() < 0.02;
    const own = faultKinds.map((kind) => {
      const rate = rates[kind] * (0.25 + 1.75 * random());
      return [kind, isCalm || random() < 0.4 ? 0 : rate] as const;
    });
    this.#rates = Object.fromEntries(own) as Record<FaultKind, number>;
  }

  /** Whether it goes wrong now. What is true happens, so it is counted. */
  strikes(kind: FaultKind): boolean {
    if (!this.areOn || this.#time.turns > this.#turnsMax || this.random() >= this.#rates[kind]) return false;
    this.count(kind);
    return true;
  }

  count(what: string, times = 1): void {
    if (times > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** A time between two bounds, ms; most often short. */
  span(min: number, max: number): number {
    return min + (max - min) * this.random() ** 3;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }
}

/** What a process may suffer wherever it waits. */
export interface Fate {
  crash(process: SimProcess): void;
  freeze(process: SimProcess): void;
}
