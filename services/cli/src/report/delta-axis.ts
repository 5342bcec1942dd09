import { deltaEdgesMs } from "./delta-bins.ts";
import type { DeltaBin } from "./report-figures.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The bins that a chart shows, as indices of `deltaEdgesMs`: from `first` to below `end`. */
export interface DeltaRange {
  first: number;
  end: number;
}

/** Every bin that holds something and one more at each end; at least a minute before and ten after the acceptance. */
export function shownRange(deltas: readonly DeltaBin[]): DeltaRange {
  const indices = deltas.map(({ fromMs }) => deltaEdgesMs.indexOf(fromMs));
  return {
    first: Math.max(0, Math.min(deltaEdgesMs.indexOf(-minute), ...indices) - 1),
    end: Math.min(
      deltaEdgesMs.length,
      Math.max(deltaEdgesMs.indexOf(10 * minute), ...indices.map((index) => index + 1)) + 1,
    ),
  };
}

export interface DeltaTick {
  /** Index of the edge it stands at. */
  index: number;
  ms: number;
}

// The most telling first: a tick is left out where one before it in the list is too near.
const tickMagnitudes = [
  second,
  minute,
  hour,
  day,
  10 * minute,
  10 * second,
  3 * hour,
  7 * day,
  35 * day,
  12 * hour,
].concat([30 * second, 30 * minute, 3 * day, 5 * second, 3 * minute, 14 * day, 5 * minute]);

/** Edges to label, ascending, at least `binsApart` bins from each other. Zero is always one. */
export function deltaTicks({ first, end }: DeltaRange, binsApart: number): DeltaTick[] {
  const taken: DeltaTick[] = [];
  for (const ms of [0, ...tickMagnitudes.flatMap((magnitude) => [-magnitude, magnitude])]) {
    const index = deltaEdgesMs.indexOf(ms);
    const inside = index >= first && index <= end;
    if (inside && taken.every((tick) => Math.abs(tick.index - index) >= binsApart)) taken.push({ index, ms });
  }
  return taken.sort((left, right) => left.index - right.index);
}

/** Round values from 0 up to at least `max`, some four steps of 1, 2 or 5 times a power of ten. */
export function countTicks(max: number): number[] {
  const rough = Math.max(max, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10));
  const ticks = [0];
  while ((ticks.at(-1) as number) < max) ticks.push(ticks.length * step);
  return ticks;
}
