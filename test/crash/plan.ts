import { createRandom } from "../support/generate-traffic.ts";

/** What can happen to a pipeline; the first word is done to the last. */
export type FaultKind =
  | "kill join"
  | "kill sink"
  | "kill ingest"
  | "kill clickhouse"
  | "kill broker"
  | "freeze join"
  | "freeze sink"
  | "stop clickhouse"
  | "come and go join";

export interface Fault {
  kind: FaultKind;
  /** When it happens, ms from the beginning of the round. */
  atMs: number;
  /** Chooses among several: taken modulo their number. */
  victim: number;
  /** How long the victim is frozen or away, ms. */
  lengthMs: number;
}

export interface PlanOptions {
  seed: number;
  kinds: readonly FaultKind[];
  count: number;
  overMs: number;
  lengthMsMin: number;
  lengthMsMax: number;
}

/** A round's faults in the order of time: each kind once before any comes again, instants and victims by the seed. */
export function planFaults({ seed, kinds, count, overMs, lengthMsMin, lengthMsMax }: PlanOptions): Fault[] {
  const random = createRandom(seed);
  const faults: Fault[] = [];
  while (faults.length < count) {
    const left = [...kinds];
    while (left.length > 0 && faults.length < count) {
      const [kind] = left.splice(Math.floor(random() * left.length), 1) as [FaultKind];
      faults.push({
        kind,
        atMs: Math.floor(random() * overMs),
        victim: Math.floor(random() * 12),
        lengthMs: Math.floor(lengthMsMin + random() * (lengthMsMax - lengthMsMin)),
      });
    }
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

export function describeFault({ kind, atMs, victim, lengthMs }: Fault): string {
  const length = kind.startsWith("kill") ? "" : ` for ${(lengthMs / 1_000).toFixed(1)} s`;
  return `${(atMs / 1_000).toFixed(1)} s ${kind} #${victim}${length}`;
}
