const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// Round times about a factor of 1.5 apart, so that a bin can be named and the default boundaries of the classes
// (−5 s, +60 s) are edges. Below a second three steps do: most sources stamp whole seconds.
const magnitudesMs = [
  100,
  300,
  ...[1, 2, 3, 5, 7, 10, 15, 20, 30, 45].map((n) => n * second),
  ...[1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 45].map((n) => n * minute),
  ...[1, 1.5, 2, 3, 5, 8, 12, 18].map((n) => n * hour),
  ...[1, 1.5, 2, 3, 5, 7, 10, 14, 21, 35].map((n) => n * day),
];

/**
 * Lower edges of the bins of a delta in ms, ascending: a bin goes from its edge to below the next one. The first and
 * the last hold what is beyond them too. ClickHouse's `roundDown(delta_ms, edges)` gives the same bins.
 */
export const deltaEdgesMs: readonly number[] = [...magnitudesMs.map((ms) => -ms).reverse(), 0, ...magnitudesMs];

/** The index in `deltaEdgesMs` of the bin that a delta is in. */
export function deltaBinOf(deltaMs: number): number {
  let low = 0;
  let high = deltaEdgesMs.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((deltaEdgesMs[middle] as number) <= deltaMs) low = middle;
    else high = middle;
  }
  return low;
}
