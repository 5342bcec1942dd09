import type { Input } from "@antedate/schemas";
import type { SimulatedEvent } from "./domain/index.ts";

/** What a run wrote. */
export interface SimulationCounts extends Record<Input, number> {
  /** Messages begun so far. */
  messages: number;
  human: number;
  machine: number;
  /** Messages of which no outcome comes. */
  pending: number;
}

export function zeroCounts(): SimulationCounts {
  return { sends: 0, deliveries: 0, engagements: 0, messages: 0, human: 0, machine: 0, pending: 0 };
}

/** Enters an event that was written. */
export function countEvent(counts: SimulationCounts, { input, message, truths }: SimulatedEvent): void {
  counts[input.input]++;
  counts.messages = Math.max(counts.messages, message + 1);
  for (const truth of truths) counts["state" in truth ? truth.state : truth.actor]++;
}
