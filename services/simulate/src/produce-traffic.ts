import { setTimeout as sleep } from "node:timers/promises";
import type { InputEvent } from "@antedate/schemas";
import { zeroCounts, type SimulationCounts } from "./counts.ts";
import { simulateTraffic, type SimulatedEvent, type SimulationOptions } from "./domain/index.ts";
import { createPace } from "./pace.ts";
import { enter, type RunOptions } from "./run.ts";

export interface ProduceOptions extends RunOptions {
  /** Messages per second; null for as fast as they can be written. */
  rate: number | null;
  /** Resolves when the events are durable. Events of one topic are handed over in order. */
  produce(events: readonly InputEvent[]): Promise<void>;
}

const batchEventsMax = 4_000;
/** Waits shorter than this are not worth a timer: events that are due so soon go together. */
const waitMsMin = 20;

/** The traffic through `produce`, in batches. Truth is written once its event is durable. */
export async function produceTraffic(options: SimulationOptions, run: ProduceOptions): Promise<SimulationCounts> {
  const counts = zeroCounts();
  const pace = run.rate === null ? null : createPace(run.rate, options.messages, performance.now());
  let batch: SimulatedEvent[] = [];
  const flush = async (): Promise<void> => {
    const full = batch;
    batch = [];
    if (full.length === 0) return;
    await run.produce(full.map(({ input }) => input));
    for (const event of full) {
      const entered = enter(event, counts, run);
      if (entered) await entered;
    }
    run.onProgress?.(counts);
  };
  for (const event of simulateTraffic(options)) {
    const waitMs = pace?.waitMs(event.message, performance.now()) ?? 0;
    if (waitMs >= waitMsMin) {
      await flush();
      await sleep(waitMs, undefined, run.signal ? { signal: run.signal } : {}).catch(() => undefined);
    }
    if (run.signal?.aborted) break;
    batch.push(event);
    if (batch.length >= batchEventsMax) await flush();
  }
  await flush();
  return counts;
}
