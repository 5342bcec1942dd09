import type { RejectReason } from "@antedate/schemas/model";
import { earliestMs, latestMs, readIsoTime } from "./iso-time.ts";
import { maskAddresses } from "./mask-addresses.ts";

export interface IntegerRange {
  min: number;
  max: number;
}

/**
 * Reads typed fields of a JSON object of unknown make. The first thing that is wrong is kept as the reason to reject the
 * object; from then on what is read does not matter. Absent and null are one.
 */
export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #asked = new Set<string>();
  #problem: RejectReason | null = null;

  constructor(fields: ReadonlyMap<string, unknown>) {
    this.#fields = fields;
  }

  /** Why the object is rejected; null while nothing is wrong. */
  get problem(): RejectReason | null {
    return this.#problem;
  }

  refuse(reason: RejectReason): void {
    this.#problem ??= reason;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Names of fields that nobody asked for. */
  unread(): string[] {
    return [...this.#fields.keys()].filter((name) => !this.#asked.has(name));
  }

  optionalText(name: string): string | null {
    const found = this.#value(name);
    if (found === null || typeof found === "string") return found;
    this.refuse("undecodable");
    return null;
  }

  /** Text that is kept for people and is no ID: its addresses are masked. */
  maskedText(name: string): string | null {
    const found = this.optionalText(name);
    return found === null ? null : maskAddresses(found);
  }

  text(name: string): string {
    const found = this.optionalText(name) ?? "";
    if (found === "") this.refuse("undecodable");
    return found;
  }

  optionalInteger(name: string, { min, max }: IntegerRange): number | null {
    const found = this.#value(name);
    if (found === null) return null;
    if (typeof found === "number" && Number.isSafeInteger(found) && found >= min && found <= max) return found;
    this.refuse("undecodable");
    return null;
  }

  integer(name: string, range: IntegerRange): number {
    const found = this.optionalInteger(name, range);
    if (found === null) this.refuse("undecodable");
    return found ?? 0;
  }

  flag(name: string, absent: boolean): boolean {
    const found = this.#value(name) ?? absent;
    if (typeof found === "boolean") return found;
    this.refuse("undecodable");
    return absent;
  }

  symbol<Name extends string>(name: string, symbols: readonly [Name, ...Name[]]): Name {
    const found = this.#value(name);
    const known = symbols.find((candidate) => candidate === found);
    if (known === undefined) this.refuse("undecodable");
    return known ?? symbols[0];
  }

  /** An ISO time with a zone, or integer epoch milliseconds. */
  time(name: string): { ms: number; precisionMs: number } {
    const found = this.#value(name);
    const iso = typeof found === "string" ? readIsoTime(found) : null;
    if (iso?.zoned === true && isPlausible(iso.ms)) return { ms: iso.ms, precisionMs: iso.precisionMs };
    if (typeof found === "number" && isPlausible(found)) return { ms: found, precisionMs: 1 };
    this.refuse("invalid_time");
    return { ms: 0, precisionMs: 1 };
  }

  #value(name: string): unknown {
    this.#asked.add(name);
    return this.#fields.get(name) ?? null;
  }
}

/** Null where the line is no JSON object. */
export function readJsonFields(line: string): FieldReader | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.replace(/^\uFEFF/, ""));
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  return new FieldReader(new Map<string, unknown>(Object.entries(parsed)));
}

function isPlausible(ms: number): boolean {
  return Number.isInteger(ms) && ms >= earliestMs && ms <= latestMs;
}
