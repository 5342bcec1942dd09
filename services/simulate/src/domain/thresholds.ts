/** The join's bounds that truth depends on, ms (design §4.3). */
export interface Thresholds {
  nearBeforeMs: number;
  nearAfterMs: number;
  clockToleranceMs: number;
}

/** What the join has where nobody sets anything. */
export const defaultThresholds: Thresholds = { nearBeforeMs: 5_000, nearAfterMs: 60_000, clockToleranceMs: 1_000 };
