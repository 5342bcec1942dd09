import type { JoinSettings } from "@antedate/join";
import { senders } from "@antedate/simulate";
import fc from "fast-check";
import { crowdedDomains } from "./simulated-records.ts";

/** What a user sets: the environment, and the content of THRESHOLDS_FILE. */
export interface Thresholds {
  env: Record<string, number>;
  file: {
    sources: Record<string, { settle_ms?: number; send_hold_ms?: number }>;
    domains: Record<string, Band>;
    mx_suffixes: Record<string, Band>;
  };
}

interface Band {
  near_before_ms?: number;
  near_after_ms?: number;
}

const settles = fc.constantFrom(0, 1, 40, 400);
const holds = fc.constantFrom(0, 30, 300);
const bands = fc.record(
  { near_before_ms: fc.constantFrom(0, 500, 9_000, 40_000), near_after_ms: fc.constantFrom(0, 700, 90_000) },
  { requiredKeys: [] },
);
/** Suffixes that lie in each other, whole hosts, and one that no label boundary has. */
const mxSuffixes = [
  "com",
  "google.com",
  "pphosted.com",
  "osted.com",
  "mimecast.com",
  "outlook.com",
  "mail.protection.outlook.com",
  "example",
  "scan-and-defer-1.example",
  "mx1.scan-and-defer-1.example",
];

/** Thresholds of every kind at once, the windows such that messages live through several of them, or through none. */
export const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  env: fc.record({
    NEAR_BEFORE_MS: fc.constantFrom(0, 5_000, 20_000),
    NEAR_AFTER_MS: fc.constantFrom(0, 2_000, 60_000),
    CLOCK_TOLERANCE_MS: fc.constantFrom(0, 3, 1_000),
    WINDOW_MS: fc.constantFrom(250, 1_500, 6_000, 3_024_000_000),
    SEND_HOLD_MS: holds,
    SETTLE_MS: settles,
  }),
  file: fc.record({
    sources: fc.record(
      Object.fromEntries(
        senders.map(({ source }) => [
          source,
          fc.record({ settle_ms: settles, send_hold_ms: holds }, { requiredKeys: [] }),
        ]),
      ),
      { requiredKeys: [] },
    ),
    domains: fc.dictionary(fc.constantFrom(...crowdedDomains), bands, { minKeys: 2, maxKeys: 12, size: "max" }),
    mx_suffixes: fc.dictionary(fc.constantFrom(...mxSuffixes), bands, { maxKeys: 6, size: "max" }),
  }),
}) as fc.Arbitrary<Thresholds>;

/** Sources whose outcomes settle for ten minutes where nobody says otherwise (design §4.3). */
const services = senders.filter(({ settleMs }) => settleMs > 0).map(({ source }) => source);

/** The thresholds as the oracle takes them, translated by the design's words and not by the product. */
export function oracleSettings({ env, file }: Thresholds): JoinSettings {
  const named = (values: object, names: Record<string, string>): object =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name], value]));
  const band = (own: Band): object => named(own, { near_before_ms: "nearBeforeMs", near_after_ms: "nearAfterMs" });
  const waits = (source: string): object => ({
    ...(services.includes(source) ? { settleMs: 600_000 } : {}),
    ...named(file.sources[source] ?? {}, { settle_ms: "settleMs", send_hold_ms: "sendHoldMs" }),
  });
  const each = (keys: string[], value: (key: string) => object): Record<string, object> =>
    Object.fromEntries(keys.map((key) => [key, value(key)]));
  return {
    nearBeforeMs: env.NEAR_BEFORE_MS as number,
    nearAfterMs: env.NEAR_AFTER_MS as number,
    clockToleranceMs: env.CLOCK_TOLERANCE_MS as number,
    windowMs: env.WINDOW_MS as number,
    sendHoldMs: env.SEND_HOLD_MS as number,
    settleMs: env.SETTLE_MS as number,
    sources: each([...services, ...Object.keys(file.sources)], waits),
    domains: each(Object.keys(file.domains), (name) => band(file.domains[name] ?? {})),
    mxSuffixes: each(Object.keys(file.mx_suffixes), (name) => band(file.mx_suffixes[name] ?? {})),
  };
}
