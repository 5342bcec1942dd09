import { civilToMs } from "./civil-time.ts";

/** A zone of the IANA database. */
export interface TimeZone {
  /** The instants at which a wall clock of the zone showed this reading, earliest first; two in the hour that autumn repeats. */
  instants(localMs: number): number[];
}

const dayMs = 86_400_000;
/** No zone changes its offset but at a quarter of an hour. */
const quarterMs = 900_000;

/** Throws a RangeError where there is no such zone. */
export function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const known = new Map<number, number>();

  function offsetAt(epochMs: number): number {
    const quarter = Math.floor(epochMs / quarterMs);
    let offset = known.get(quarter);
    if (offset === undefined) {
      if (known.size > 4096) known.clear();
      offset = measureOffset(format, quarter * quarterMs);
      known.set(quarter, offset);
    }
    return offset;
  }

  function instants(localMs: number): number[] {
    const before = offsetAt(localMs - dayMs);
    const after = offsetAt(localMs + dayMs);
    const offsets = before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
    const fitting = offsets.map((offset) => localMs - offset).filter((ms) => offsetAt(ms) === localMs - ms);
    // A reading that spring skips was shown by a clock that had not been moved yet.
    return fitting.length > 0 ? fitting : [localMs - before];
  }

  return { instants };
}

function measureOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const parts = new Map(format.formatToParts(epochMs).map((part) => [part.type, Number(part.value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = civilToMs({
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
    ms: 0,
  });
  return (local ?? epochMs) - epochMs;
}
