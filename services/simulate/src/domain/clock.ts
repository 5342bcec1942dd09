import { Random } from "./random.ts";

/** How a source's stamps differ from true time. */
export interface Clock {
  skewMs: number;
  precisionMs: number;
}

/** The clock of a source: its skew is the same for the whole run. */
export function clockOf(seed: number, source: string, precisionMs: number, skewMsMax: number): Clock {
  let hash = 0;
  for (let index = 0; index < source.length; index++) hash = Math.imul(hash, 31) + source.charCodeAt(index);
  return { skewMs: new Random(seed, hash, 1).between(-skewMsMax, skewMsMax), precisionMs };
}

/** What the source writes for a true time. */
export function stamped(at: number, { skewMs, precisionMs }: Clock): number {
  return Math.floor((at + skewMs) / precisionMs) * precisionMs;
}
