import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** What one contestant did. CPU is that of its process alone: the broker's is nobody's. */
export interface Measured {
  name: string;
  /** From the start of its process. */
  whole: Span;
  /** From a quarter to nineteen twentieths of the records: start and end left out. */
  steady: Span;
  totals: Totals | null;
  outBytes: number | null;
}

export interface Span {
  records: number;
  wallMs: number;
  cpuMs: number;
}

/** What came out; the same for all who do the same. */
export interface Totals {
  /** Engagement by class, in the order of the vocabulary. */
  classes: number[];
  exposures: number[];
  uncertain: number;
  /** Messages: accepted, bounced, expired. */
  outcomes: number[];
  parked: number;
}

/** What a contestant's own process prints as its one line. */
export interface Printed extends Span, Partial<Totals> {
  steady: Span;
  outBytes?: number;
}

export interface CpuWatch {
  /** CPU that the process had used at a time of `Date.now()`, ms; between two samples a straight line. */
  cpuMsAt(time: number): number;
  stop(): void;
}

const sampleMs = 100;
/** The clock of /proc, USER_HZ: 100 on every platform that Node runs on. */
const msPerTick = 10;

/** Watches the CPU time of a process by Linux's /proc. */
export function watchCpu(child: ChildProcess): CpuWatch {
  const samples: { time: number; cpuMs: number }[] = [];
  const sample = (): void => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      samples.push({ time: Date.now(), cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick });
    } catch {
      // It has ended.
    }
  };
  sample();
  const timer = setInterval(sample, sampleMs);
  return {
    cpuMsAt(time) {
      const after = samples.findIndex((each) => each.time >= time);
      const [a, b] = [samples[after - 1] ?? samples.at(-1), samples[after] ?? samples.at(-1)];
      if (a === undefined || b === undefined) return NaN;
      const share = b.time === a.time ? 0 : (time - a.time) / (b.time - a.time);
      return a.cpuMs + share * (b.cpuMs - a.cpuMs);
    },
    stop: () => clearInterval(timer),
  };
}
