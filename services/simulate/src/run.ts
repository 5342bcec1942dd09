import { countEvent, type SimulationCounts } from "./counts.ts";
import type { SimulatedEvent } from "./domain/index.ts";
import type { TruthFile } from "./truth-file.ts";

/** What every way of running the simulation has. */
export interface RunOptions {
  /** Where truth goes, null for nowhere. */
  truth: TruthFile | null;
  /** Ends the run early; what was made is written. */
  signal?: AbortSignal;
  /** Called after every few thousand events. */
  onProgress?(counts: Readonly<SimulationCounts>): void;
}

/** Every so many events the event loop has its turn, so that Ctrl-C and progress get through. */
const eventsPerTurn = 5_000;

/** Counts an event that was written, and writes its truth. Resolves where there is something to wait for. */
export function enter(event: SimulatedEvent, counts: SimulationCounts, run: RunOptions): Promise<void> | undefined {
  countEvent(counts, event);
  const full = run.truth?.add(event.truths);
  if ((counts.sends + counts.deliveries + counts.engagements) % eventsPerTurn !== 0) return full;
  run.onProgress?.(counts);
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => full);
}
