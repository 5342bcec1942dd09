import {
  readJsonFile,
  readRuntimeConfig,
  parseEnvironment,
  wholeNumber,
  type Environment,
  type RuntimeConfig,
} from "@antedate/runtime";
import * as v from "valibot";
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

/** In a JSON file a number is a number: `null` or `""` are slips, not zeros. */
const fileMilliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

const variables = v.object({
  NEAR_BEFORE_MS: milliseconds(defaultSettings.nearBeforeMs),
  NEAR_AFTER_MS: milliseconds(defaultSettings.nearAfterMs),
  CLOCK_TOLERANCE_MS: milliseconds(defaultSettings.clockToleranceMs),
  WINDOW_MS: milliseconds(defaultSettings.windowMs, 1, windowMsMax),
  SEND_HOLD_MS: milliseconds(defaultSettings.sendHoldMs),
  SETTLE_MS: milliseconds(defaultSettings.settleMs),
  THRESHOLDS_FILE: v.optional(v.string()),
});

function milliseconds(byDefault: number, min = 0, max?: number) {
  return v.optional(wholeNumber(min, max), String(byDefault));
}

/** A list would pass for an object without names. */
const noList = v.custom<object>((value) => !Array.isArray(value), "must be an object, in braces");

const band = v.pipe(
  noList,
  v.strictObject({
    near_before_ms: v.optional(fileMilliseconds),
    near_after_ms: v.optional(fileMilliseconds),
  }),
);
const waits = v.pipe(
  noList,
  v.strictObject({
    settle_ms: v.optional(fileMilliseconds),
    send_hold_ms: v.optional(fileMilliseconds),
  }),
);

/** THRESHOLDS_FILE: waits per source, near bands per receiving domain or MX suffix; what is left out keeps its default. */
const thresholdsFile = v.pipe(
  noList,
  v.strictObject({ sources: named(waits), domains: named(band), mx_suffixes: named(band) }),
);

function named<T extends v.GenericSchema>(entry: T) {
  return v.optional(v.pipe(noList, v.record(v.string(), entry)), {});
}

/** What decides rows, from environment and THRESHOLDS_FILE. Throws FatalError that names the variable. */
export function readJoinSettings(env: Environment): JoinSettings {
  const values = parseEnvironment(variables, env);
  const path = values.THRESHOLDS_FILE;
  const file = path === undefined ? v.parse(thresholdsFile, {}) : parseThresholds(path);
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

const keeping = v.object({
  PARTITIONER: v.optional(v.picklist(["default", "any"]), "default"),
  HOT_MS: milliseconds(6 * 3_600_000, 1_000),
  SNAPSHOT_INTERVAL_MS: milliseconds(60_000, 1_000),
  SHARED_STATE_DIR: v.optional(v.string()),
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

function parseThresholds(path: string): v.InferOutput<typeof thresholdsFile> {
  const variable = v.object({ THRESHOLDS_FILE: thresholdsFile });
  return parseEnvironment(variable, { THRESHOLDS_FILE: readJsonFile("THRESHOLDS_FILE", path) as string })
    .THRESHOLDS_FILE;
}

/** What the file leaves out of a source keeps that source's default. */
function mergeWaits(defaults: JoinSettings["sources"], own: JoinSettings["sources"]): JoinSettings["sources"] {
  return {
    ...defaults,
    ...Object.fromEntries(Object.entries(own).map(([name, waits]) => [name, { ...defaults[name], ...waits }])),
  };
}

function toBand(own: v.InferOutput<typeof band>) {
  return defined({ nearBeforeMs: own.near_before_ms, nearAfterMs: own.near_after_ms });
}

function toWaits(own: v.InferOutput<typeof waits>) {
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
