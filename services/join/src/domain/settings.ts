import { createSuffixLookup } from "./suffix-lookup.ts";

/** The two sides of the near band around an acceptance, ms. */
export interface NearBand {
  nearBeforeMs: number;
  nearAfterMs: number;
}

/** Waits that depend on how a source delivers its events, ms. */
export interface SourceWaits {
  settleMs: number;
  sendHoldMs: number;
}

/** All that decides rows beside the records themselves; its digest stands in every FENCE. */
export interface JoinSettings extends NearBand, SourceWaits {
  clockToleranceMs: number;
  windowMs: number;
  sources: Readonly<Record<string, Partial<SourceWaits>>>;
  domains: Readonly<Record<string, Partial<NearBand>>>;
  mxSuffixes: Readonly<Record<string, Partial<NearBand>>>;
}

const tenMinutes = 600_000;

/** ESP webhooks arrive out of order, so their outcomes settle for ten minutes (design §4.3). */
const espWaits: Record<string, Partial<SourceWaits>> = Object.fromEntries(
  ["ses", "sendgrid", "mailgun", "postmark", "sparkpost", "mandrill", "resend", "brevo"].map((source) => [
    source,
    { settleMs: tenMinutes },
  ]),
);

export const defaultSettings: JoinSettings = {
  nearBeforeMs: 5_000,
  nearAfterMs: 60_000,
  clockToleranceMs: 1_000,
  windowMs: 35 * 86_400_000,
  sendHoldMs: 120_000,
  settleMs: 0,
  sources: espWaits,
  domains: {},
  mxSuffixes: {},
};

/** The settings as the task asks for them. */
export interface SettingsLookup {
  readonly windowMs: number;
  readonly clockToleranceMs: number;
  /** All mail has the same near band. */
  readonly hasOneBand: boolean;
  waitsOf(source: string): SourceWaits;
  /** The receiving domain's own band wins over that of the MX suffix, a longer suffix over a shorter one. */
  nearBandOf(recipientDomain: string, mxHost: string | null): NearBand;
}

export function createSettingsLookup(settings: JoinSettings): SettingsLookup {
  const fallbackWaits = { settleMs: settings.settleMs, sendHoldMs: settings.sendHoldMs };
  const fallbackBand = { nearBeforeMs: settings.nearBeforeMs, nearAfterMs: settings.nearAfterMs };
  const waits = new Map(Object.entries(settings.sources).map(([name, own]) => [name, { ...fallbackWaits, ...own }]));
  const bands = (own: JoinSettings["domains"]) =>
    Object.entries(own).map(([suffix, band]) => [suffix, { ...fallbackBand, ...band }] as const);
  const byDomain = new Map(bands(settings.domains).map(([domain, band]) => [domain.toLowerCase(), band]));
  const byMx = createSuffixLookup(bands(settings.mxSuffixes));
  return {
    windowMs: settings.windowMs,
    clockToleranceMs: settings.clockToleranceMs,
    hasOneBand: byDomain.size === 0 && Object.keys(settings.mxSuffixes).length === 0,
    waitsOf: (source) => waits.get(source) ?? fallbackWaits,
    nearBandOf: (domain, mxHost) =>
      byDomain.get(domain.toLowerCase()) ?? (mxHost === null ? null : byMx(mxHost)) ?? fallbackBand,
  };
}
