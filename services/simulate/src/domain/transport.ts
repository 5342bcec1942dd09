import type { TransportOptions } from "./options.ts";
import type { Random } from "./random.ts";

/**
 * When the copies of an event are appended to its topic: one after a short way, now and then a late one, and some again
 * later, as webhooks are. Never before it happened.
 */
export function appendTimes(at: number, random: Random, transport: TransportOptions): [number, ...number[]] {
  const delay = random.chance(transport.disorderShare)
    ? random.between(0, transport.disorderMsMax)
    : random.between(20, 1_500);
  const first = at + delay;
  return random.chance(transport.duplicateShare) ? [first, first + random.logNormal(60_000, 2)] : [first];
}
