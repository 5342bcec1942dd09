import { InvalidArgumentError } from "commander";

/** A whole number above 0. */
export function toCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError("Write a whole number above 0.");
  return count;
}

/** A count of worker processes, as the variable WORKERS has it; `max` and 0 stand for one per core. */
export function toWorkers(value: string): string {
  if (!/^(max|\d{1,3})$/.test(value)) throw new InvalidArgumentError("Write a count, or max for one per core.");
  return value;
}

/** A count of partitions; Kafka has no limit of its own, more are a slip. */
export function toPartitions(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    throw new InvalidArgumentError("Write a count, 1 to 10000.");
  return count;
}

/** A port; 0 stands for any free one. */
export function toPort(value: string): number {
  const port = Number(value);
  if (value.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("Write a port, 0 to 65535.");
  return port;
}

/** A moment, in epoch ms. */
export function toTime(value: string): number {
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new InvalidArgumentError("Write a time as ISO 8601, for example 2026-11-01.");
  return time;
}

/** A rate. */
export function toRate(value: string): number {
  const rate = Number(value);
  if (!Number.isFinite(rate) || rate <= 0) throw new InvalidArgumentError("Write a number above 0.");
  return rate;
}

/** A seed: zero or a whole number above it. */
export function toSeed(value: string): number {
  const seed = Number(value);
  if (value === "" || !Number.isSafeInteger(seed) || seed < 0) throw new InvalidArgumentError("Write a whole number.");
  return seed;
}

/** A name. */
export function toName(value: string): string {
  if (value === "") throw new InvalidArgumentError("Write a name.");
  return value;
}

/** A path. */
export function toPath(value: string): string {
  if (value === "") throw new InvalidArgumentError("Write a path.");
  return value;
}

/** A year of a log whose times have none. */
export function toYear(value: string): number {
  const year = Number(value);
  if (!Number.isInteger(year) || year < 2000 || year > 2200)
    throw new InvalidArgumentError("Write a year, for example 2026.");
  return year;
}

/** An IANA zone that this Node knows. */
export function toTimezone(value: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return value;
  } catch {
    throw new InvalidArgumentError("Write an IANA zone, for example Europe/Berlin.");
  }
}
