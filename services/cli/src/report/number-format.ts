// Narrow no-break space, for thousands and before units, so that a number never breaks over lines.
const thin = "\u202f";
const minus = "\u2212";

/** `1 234 567`, with narrow no-break spaces. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, thin);
}

/** `12.3 %`; a dash where there is no whole. Neither 0 nor 100 % unless it is none or all. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return `<0.1${thin}%`;
  if (percent > 99.9 && percent < 100) return `>99.9${thin}%`;
  return percent === 0 || percent === 100 ? `${percent}${thin}%` : `${percent.toFixed(1)}${thin}%`;
}

/** A duration in its largest fitting unit: `300 ms`, `1.5 min`, `35 d`. */
export function formatSpan(ms: number): string {
  const units = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1000 };
  const magnitude = Math.abs(ms);
  for (const [unit, size] of Object.entries(units)) {
    if (magnitude >= size) return `${Math.round((10 * magnitude) / size) / 10}${thin}${unit}`;
  }
  return `${magnitude}${thin}ms`;
}

/** A duration in its two largest units, for reading aloud: `2 h 14 min`, `40 s`, `1.2 s`, `300 ms`. Rounds down. */
export function formatDuration(ms: number): string {
  const magnitude = Math.abs(ms);
  if (magnitude < 1000) return `${Math.floor(magnitude)}${thin}ms`;
  if (magnitude < 10_000) return `${(Math.floor(magnitude / 100) / 10).toFixed(1)}${thin}s`;
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  const first = units.findIndex(([, size]) => magnitude >= size);
  const [[unit, size], next] = [units[first] as (typeof units)[number], units[first + 1]];
  const rest = next === undefined ? 0 : Math.floor((magnitude % size) / next[1]);
  const whole = `${Math.floor(magnitude / size)}${thin}${unit}`;
  return next === undefined || rest === 0 ? whole : `${whole} ${rest}${thin}${next[0]}`;
}

/** A delta with its sign: `−10 min`, `0`, `+1 d`. */
export function formatDelta(ms: number): string {
  if (ms === 0) return "0";
  return `${ms < 0 ? minus : "+"}${formatSpan(ms)}`;
}

/** `2026-03-01 08:30 UTC`. */
export function formatTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-03-01 08:30:12 UTC`. */
export function formatTimeOfStep(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `950`, `1.5 k`, `20 M`: for axes. */
export function formatCompact(count: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (count >= size) return `${Math.round((10 * count) / size) / 10}${thin}${unit}`;
  }
  return count.toString();
}

/** With spaces that every terminal has. */
export function plainSpaces(text: string): string {
  return text.replaceAll(thin, " ");
}
