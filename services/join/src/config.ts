import {
  readJsonFile,
  readRuntimeConfig,
  parseEnvironment,
  type Environment,
  type RuntimeConfig,
} from "@antedate/runtime";
import { z } from "zod";
import { defaultSettings, type JoinSettings } from "./domain/index.ts";

export interface JoinConfig extends RuntimeConfig {
  settings: JoinSettings;
  /** `any` where all producers agree on another partitioner than Kafka's default: keys are not sampled then. */
  partitioner: "default" | "any";
  /** Messages that all began longer ago leave memory, ms. */
  hotMs: number;
  snapshotIntervalMs: number;
  /** A folder that other machines see too; null where there is none. */
  sharedStateDir: string | null;
}

/** Times within a window are kept as 32-bit differences. */
const windowMsMax = 49 * 86_400_000;

const milliseconds = z.coerce.number().int().min(0);
/** In a JSON file a number is a number: `null` or `""` are slips, not zeros. */
const fileMilliseconds = z.number().int().min(0);

const variables = z.object({
  NEAR_BEFORE_MS: milliseconds.default(defaultSettings.nearBeforeMs),
  NEAR_AFTER_MS: milliseconds.default(defaultSettings.nearAfterMs),
  CLOCK_TOLERANCE_MS: milliseconds.default(defaultSettings.clockToleranceMs),
  WINDOW_MS: milliseconds
    .min(1)
    .max(windowMsMax, { error: "must be 49 days (4233600000) or less" })
    .default(defaultSettings.windowMs),
  SEND_HOLD_MS: milliseconds.default(defaultSettings.sendHoldMs),
  SETTLE_MS: milliseconds.default(defaultSettings.settleMs),
  THRESHOLDS_FILE: z.string().optional(),
});

const band = z.strictObject({
  near_before_ms: fileMilliseconds.optional(),
  near_after_ms: fileMilliseconds.optional(),
});
const waits = z.strictObject({ settle_ms: fileMilliseconds.optional(), send_hold_ms: fileMilliseconds.optional() });

/** THRESHOLDS_FILE: waits per source, near bands per receiving domain or MX suffix; what is left out keeps its default. */
const thresholdsFile = z.strictObject({
  sources: z.record(z.string(), waits).default({}),
  domains: z.record(z.string(), band).default({}),
  mx_suffixes: z.record(z.string(), band).default({}),
});

/** What decides rows, from environment and THRESHOLDS_FILE. Throws FatalError that names the variable. */
export function readJoinSettings(env: Environment): JoinSettings {
  const values = parseEnvironment(variables, env);
  const file = thresholdsFile.parse({});
  const path = values.THRESHOLDS_FILE;
  if (path !== undefined) Object.assign(file, parseThresholds(path));
  return {
    nearBeforeMs: values.NEAR_BEFORE_MS,
    nearAfterMs: values.NEAR_AFTER_MS,
    clockToleranceMs: values.CLOCK_TOLERANCE_MS,
    windowMs: values.WINDOW_MS,
    sendHoldMs: values.SEND_HOLD_MS,
    settleMs: values.SETTLE_MS,
    sources: mergeWaits(defaultSettings.sources, mapValues(file.sources, toWaits)),
    domains: mapValues(file.domains, toBand),
    mxSuffixes: mapValues(file.mx_suffixes, toBand),
  };
}

const keeping = z.object({
  PARTITIONER: z.enum(["default", "any"]).default("default"),
  HOT_MS: milliseconds.min(1_000).default(6 * 3_600_000),
  SNAPSHOT_INTERVAL_MS: milliseconds.min(1_000).default(60_000),
  SHARED_STATE_DIR: z.string().optional(),
});

export function readJoinConfig(env: Environment): JoinConfig {
  const values = parseEnvironment(keeping, env);
  return {
    ...readRuntimeConfig(env),
    settings: readJoinSettings(env),
    partitioner: values.PARTITIONER,
    hotMs: values.HOT_MS,
    snapshotIntervalMs: values.SNAPSHOT_INTERVAL_MS,
    sharedStateDir: values.SHARED_STATE_DIR ?? null,
  };
}

function parseThresholds(path: string): z.infer<typeof thresholdsFile> {
  const named = z.object({ THRESHOLDS_FILE: thresholdsFile });
  return parseEnvironment(named, { THRESHOLDS_FILE: readJsonFile("THRESHOLDS_FILE", path) as string }).THRESHOLDS_FILE;
}

/** What the file leaves out of a source keeps that source's default. */
function mergeWaits(defaults: JoinSettings["sources"], own: JoinSettings["sources"]): JoinSettings["sources"] {
  return {
    ...defaults,
    ...Object.fromEntries(Object.entries(own).map(([name, waits]) => [name, { ...defaults[name], ...waits }])),
  };
}

function toBand(own: z.infer<typeof band>) {
  return defined({ nearBeforeMs: own.near_before_ms, nearAfterMs: own.near_after_ms });
}

function toWaits(own: z.infer<typeof waits>) {
  return defined({ settleMs: own.settle_ms, sendHoldMs: own.send_hold_ms });
}

/** Without the keys that are undefined, so that a spread does not overwrite defaults. */
function defined(values: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    number
  >;
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
