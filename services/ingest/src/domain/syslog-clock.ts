import { civilToMs, fractionMs, fractionPrecisionMs, yearOf } from "./civil-time.ts";
import { earliestMs, readIsoTime } from "./iso-time.ts";
import { createTimeZone } from "./time-zone.ts";

export interface SyslogTime {
  ms: number;
  /** 1000 for stamps of whole seconds, less for finer ones. */
  precisionMs: number;
}

export interface SyslogClock {
  /** The instant of a line's stamp; null where it is none, or lies before 2000. */
  read(stamp: string): SyslogTime | null;
}

export interface SyslogClockOptions {
  /** The year of the file's first line; null takes the latest that does not lie in the future. */
  year: number | null;
  /** IANA name of the zone of stamps that carry none; null takes them for UTC. */
  timezone: string | null;
  nowMs: number;
  /** Called at the first stamp without a zone where none was given: it may be hours off. */
  onZoneAssumed?: (() => void) | undefined;
}

const dayMs = 86_400_000;
/** Lines of a log may be out of order by so much before the repeated hour of autumn counts as its second half. */
const disorderMs = 600_000;

/**
 * Reads RFC 3339 stamps and those of RFC 3164, which lack year and zone. A line's year is the one that brings it nearest
 * to the line before it, so a log may run over new year, and rotated files may stand in the wrong order. In the hour
 * that the end of daylight saving time repeats, the second half begins where the stamps jump back.
 */
export function createSyslogClock(options: SyslogClockOptions): SyslogClock {
  const zone = createTimeZone(options.timezone ?? "UTC");
  let lastMs: number | null = null;
  let isZoneAssumed = false;

  function read(stamp: string): SyslogTime | null {
    const time = readIso(stamp) ?? readLegacy(stamp);
    if (time === null || time.ms < earliestMs) return null;
    lastMs = time.ms;
    return time;
  }

  function readIso(stamp: string): SyslogTime | null {
    const iso = readIsoTime(stamp);
    if (iso === null) return null;
    return { ms: iso.zoned ? iso.ms : resolve(iso.ms), precisionMs: iso.precisionMs };
  }

  function readLegacy(stamp: string): SyslogTime | null {
    const match = legacyStamp.exec(stamp);
    if (match === null) return null;
    const [, month, day, hour, minute, second, fraction] = match;
    const monthNumber = months.indexOf(month ?? "") + 1;
    const candidates = candidateYears().flatMap((year) => {
      const local = civilToMs({
        year,
        month: monthNumber,
        day: Number(day),
        hour: Number(hour),
        minute: Number(minute),
        second: Number(second),
        ms: fractionMs(fraction),
      });
      return local === null ? [] : [resolve(local)];
    });
    const ms = lastMs === null ? notInFuture(candidates) : nearest(candidates, lastMs);
    return ms === undefined ? null : { ms, precisionMs: fractionPrecisionMs(fraction) };
  }

  function candidateYears(): number[] {
    if (lastMs === null && options.year !== null) return [options.year];
    const middle = yearOf(lastMs ?? options.nowMs);
    const reach = lastMs === null ? [1, 0, -1, -2, -3, -4] : [0, -1, 1];
    return reach.map((years) => middle + years);
  }

  function notInFuture(candidates: number[]): number | undefined {
    return options.year === null ? candidates.find((ms) => ms <= options.nowMs + dayMs) : candidates[0];
  }

  function resolve(localMs: number): number {
    if (options.timezone === null && !isZoneAssumed) {
      isZoneAssumed = true;
      options.onZoneAssumed?.();
    }
    const [first = localMs, second] = zone.instants(localMs);
    return second !== undefined && lastMs !== null && first < lastMs - disorderMs ? second : first;
  }

  return { read };
}

const legacyStamp = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function nearest(candidates: number[], to: number): number | undefined {
  return candidates.toSorted((left, right) => Math.abs(left - to) - Math.abs(right - to))[0];
}
