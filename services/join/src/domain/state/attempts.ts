import type { MessageTable } from "./message-table.ts";
import { attemptWords, i32, noStart } from "./slab.ts";

// Attempts stand in their message's slab, five words each. One is named by its place + 1; 0 is none. Those of a message
// hang on each other, the one with the highest ordinal first.

/** Codes of outcomes and stages are their places in the vocabulary. */
export interface AttemptValues {
  occurredAt: number;
  /** NaN where not known. */
  startedAt: number;
  outcome: number;
  stage: number;
  /** Number of its route among the slab's texts. */
  route: number;
}

/** Stores an attempt's values without making it one of the message's. Gives its name. */
export function storeAttempt(table: MessageTable, message: number, values: AttemptValues): number {
  const slab = table.slabOf(message);
  const place = slab.addAttempt();
  const base = place * attemptWords;
  const { attempts } = slab;
  attempts[base] = (values.occurredAt % 0x1_0000_0000) | 0;
  attempts[base + 1] = Math.floor(values.occurredAt / 0x1_0000_0000) | (values.outcome << 16) | (values.stage << 18);
  attempts[base + 2] = Number.isNaN(values.startedAt) ? noStart : values.occurredAt - values.startedAt;
  attempts[base + 3] = values.route;
  attempts[base + 4] = 0;
  return place + 1;
}

/** Makes a stored attempt one of the message's: by its time; of equal times the one that came first comes first. */
export function linkAttempt(table: MessageTable, message: number, attempt: number): void {
  const { attempts } = table.slabOf(message);
  const time = occurredAt(attempts, attempt);
  let above = 0;
  let below = table.word(message, i32.lastAttempt);
  while (below !== 0 && occurredAt(attempts, below) > time) {
    above = below;
    below = nextBelow(attempts, below);
  }
  attempts[(attempt - 1) * attemptWords + 4] = below;
  if (above === 0) table.setWord(message, i32.lastAttempt, attempt);
  else attempts[(above - 1) * attemptWords + 4] = attempt;
}

export function occurredAt(attempts: Int32Array, attempt: number): number {
  const base = (attempt - 1) * attemptWords;
  return ((attempts[base + 1] as number) & 0xffff) * 0x1_0000_0000 + ((attempts[base] as number) >>> 0);
}

/** NaN where not known. */
export function startedAt(attempts: Int32Array, attempt: number): number {
  const delta = (attempts[(attempt - 1) * attemptWords + 2] as number) >>> 0;
  return delta === noStart ? Number.NaN : occurredAt(attempts, attempt) - delta;
}

export function outcomeCode(attempts: Int32Array, attempt: number): number {
  return ((attempts[(attempt - 1) * attemptWords + 1] as number) >>> 16) & 3;
}

export function stageCode(attempts: Int32Array, attempt: number): number {
  return ((attempts[(attempt - 1) * attemptWords + 1] as number) >>> 18) & 7;
}

export function routeOf(attempts: Int32Array, attempt: number): number {
  return attempts[(attempt - 1) * attemptWords + 3] as number;
}

/** The attempt with the next lower ordinal, as its place + 1; 0 for none. */
export function nextBelow(attempts: Int32Array, attempt: number): number {
  return attempts[(attempt - 1) * attemptWords + 4] as number;
}
