/** A wall clock's reading in some zone; month and day count from 1. */
export interface CivilTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Milliseconds within the second. */
  ms: number;
}

/** The reading as if its zone were UTC; null for a date or time that no calendar has (a 60th second is the next minute). */
export function civilToMs(time: CivilTime): number | null {
  const { year, month, day, hour, minute, second } = time;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  return ((daysFromEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + time.ms;
}

/** The year of an instant in UTC. */
export function yearOf(epochMs: number): number {
  let year = 1970 + Math.floor(epochMs / 31_556_952_000);
  while (daysFromEpoch(year, 1, 1) * 86_400_000 > epochMs) year--;
  while (daysFromEpoch(year + 1, 1, 1) * 86_400_000 <= epochMs) year++;
  return year;
}

/** Milliseconds of a decimal fraction of a second, cut, not rounded: a time is never later than it was. */
export function fractionMs(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.slice(0, 3).padEnd(3, "0"));
}

/** How coarse a stamp with that many fraction digits is. */
export function fractionPrecisionMs(digits: string | undefined): number {
  return digits === undefined ? 1000 : (([100, 10] as const)[digits.length - 1] ?? 1);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01; years begin in March here, so that the leap day is their last. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
