import { civilToMs, fractionMs, fractionPrecisionMs } from "./civil-time.ts";

/** An instant, or a wall clock's reading that lacks its zone. */
export interface IsoTime {
  /** Epoch milliseconds; without a zone, as if it were UTC. */
  ms: number;
  precisionMs: number;
  zoned: boolean;
}

/** Reads an ISO 8601 / RFC 3339 time with any offset and 0 to 9 fraction digits; null where it is none. */
export function readIsoTime(text: string): IsoTime | null {
  const match = isoTime.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const local = civilToMs({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: fractionMs(fraction),
  });
  const offsetMs = zoneOffsetMs(zone);
  if (local === null || offsetMs === null) return null;
  return { ms: local - offsetMs, precisionMs: fractionPrecisionMs(fraction), zoned: zone !== undefined };
}

/** Events before this instant are invalid (design §4.2). */
export const earliestMs = 946_684_800_000;
/** The end of the year 9999: what comes later is not a time but a wrong unit. */
export const latestMs = 253_402_300_799_999;

const isoTime = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)?$/;

function zoneOffsetMs(zone: string | undefined): number | null {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
