import type { LiveLine } from "./live-line.ts";

/** How far a job is; told after each batch or chunk, never for each record. */
export interface Progress {
  /** So much is done by now. */
  reached(done: number): void;
  /** So much more is done. */
  add(more: number): void;
}

export interface ProgressOptions {
  /** What goes on: `Reading`. */
  what: string;
  unit: "bytes" | "messages" | "rows";
  /** Null where nobody knows: then there is a counter and no bar. */
  total: number | null;
}

/** A bar or a counter in the live line; the caller clears that at the end. */
export function createProgress(line: LiveLine, options: ProgressOptions): Progress {
  const began = performance.now();
  let done = 0;
  const show = (): void => line.show(() => progressText(options, done, performance.now() - began));
  return {
    reached(now) {
      done = now;
      show();
    },
    add(more) {
      done += more;
      show();
    },
  };
}

const barWidth = 20;
/** A rate over less than that says little. */
const rateAfterMs = 1_000;

/** One line: share, amount, rate and time left where the total is known, else amount and rate. */
export function progressText({ what, unit, total }: ProgressOptions, done: number, elapsedMs: number): string {
  const perSecond = elapsedMs < rateAfterMs ? null : (1_000 * done) / elapsedMs;
  const rate = perSecond === null ? [] : [`${amount(perSecond, unit)}/s`];
  if (total === null) return [what, named(done, unit), ...rate].join("  ");
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.floor(share * barWidth);
  const left = perSecond === null || perSecond === 0 ? [] : [`${duration((total - done) / perSecond)} left`];
  return [
    what,
    "█".repeat(filled) + "░".repeat(barWidth - filled),
    `${Math.floor(share * 100)} %`,
    `${amount(Math.min(done, total), unit)} of ${named(total, unit)}`,
    ...rate,
    ...left,
  ].join("  ");
}

function named(count: number, unit: ProgressOptions["unit"]): string {
  return unit === "bytes" ? amount(count, unit) : `${amount(count, unit)} ${unit}`;
}

const byteUnits = ["B", "kB", "MB", "GB", "TB"];

function amount(count: number, unit: ProgressOptions["unit"]): string {
  if (unit !== "bytes") return Math.round(count).toLocaleString("en");
  const power = Math.min(byteUnits.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = count / 1_000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${byteUnits[power]}`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const padded = (part: number): string => String(part).padStart(2, "0");
  const tail = padded(whole % 60);
  return hours > 0 ? `${hours}:${padded(minutes)}:${tail}` : `${minutes}:${tail}`;
}
