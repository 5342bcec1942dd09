const minute = 60_000;
const hour = 60 * minute;

/** When a sender tries again after a deferral, counted from the first attempt. */
export interface RetrySchedule {
  /** Time of each retry, ms. */
  retriesMs: readonly number[];
  /** Distance of the retries after those. */
  thenEveryMs: number;
  /** Age at which the sender gives up. */
  giveUpMs: number;
}

/**
 * Schedules of real senders, as their documentation or measurements give them: SparkPost, SendGrid, Mailgun and Exim from
 * their own pages, Gmail and GMX from Pagani et al. (DSN'16), Postfix its defaults. Where a source ends before the sender
 * gives up, the last distance goes on.
 */
export const retrySchedules: Record<
  "sparkpost" | "sendgrid" | "mailgun" | "exim" | "postfix" | "gmail" | "gmx",
  RetrySchedule
> = {
  /** Waits double from 20 minutes, for 72 hours. */
  sparkpost: { retriesMs: doubled(20 * minute, 8), thenEveryMs: 24 * hour, giveUpMs: 72 * hour },
  sendgrid: { retriesMs: [1 * minute, 10 * minute, hour, 4 * hour], thenEveryMs: 4 * hour, giveUpMs: 72 * hour },
  mailgun: { retriesMs: [10 * minute, 20 * minute, 40 * minute], thenEveryMs: hour, giveUpMs: 8 * hour },
  /** Every 15 minutes for 2 hours, then waits growing by half up to 16 hours, then every 6 hours for 4 days. */
  exim: {
    retriesMs: [15, 30, 45, 60, 75, 90, 105, 120, 142, 176, 227, 303, 417, 588, 845].map((at) => at * minute),
    thenEveryMs: 6 * hour,
    giveUpMs: 96 * hour,
  },
  /** Backoff from 300 s to 4000 s, 5 days. */
  postfix: { retriesMs: [5, 15, 35, 75, 141].map((at) => at * minute), thenEveryMs: 4_000_000, giveUpMs: 120 * hour },
  gmail: {
    retriesMs: [362, 1_742, 3_396, 5_924, 9_723, 13_784, 18_545, 26_086].map((at) => at * 1_000),
    thenEveryMs: 2 * hour,
    giveUpMs: 72 * hour,
  },
  gmx: {
    retriesMs: [302, 757, 1_439, 2_463, 3_998, 6_301, 9_755, 14_936, 22_708].map((at) => at * 1_000),
    thenEveryMs: 3 * hour,
    giveUpMs: 96 * hour,
  },
};

/** Age of the message at its nth retry (1 the first), or null once the sender gives up. */
export function retryAt(schedule: RetrySchedule, retry: number): number | null {
  const { retriesMs, thenEveryMs, giveUpMs } = schedule;
  const listed = retriesMs[retry - 1];
  const at = listed ?? (retriesMs.at(-1) ?? 0) + (retry - retriesMs.length) * thenEveryMs;
  return at < giveUpMs ? at : null;
}

function doubled(firstMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => firstMs * (2 ** (index + 1) - 1));
}
