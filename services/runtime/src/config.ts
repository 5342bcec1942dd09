import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defaultTopicPrefix } from "@antedate/schemas";
import * as v from "valibot";
import { FatalError } from "./errors.ts";

const broker = /^(\[[^\]]+\]|[^:\s]+):\d{1,5}$/;

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

/** A whole number as a variable of the environment gives it. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): v.GenericSchema<string, number> {
  return v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(min), v.maxValue(max));
}

function httpUrl(example: string) {
  const isHttp = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);
  return v.pipe(v.string(), v.trim(), v.check(isHttp, `must be like ${example}`));
}

const yesOrNo = v.picklist(["true", "false"]);
const shared = v.object({
  KAFKA_BROKERS: v.optional(
    v.pipe(
      v.string(),
      v.transform(list),
      v.check(
        (brokers) => brokers.length > 0 && brokers.every((each) => broker.test(each)),
        "must be host:port, several with commas between them",
      ),
    ),
    "127.0.0.1:9092",
  ),
  KAFKA_TLS: v.optional(yesOrNo, "false"),
  KAFKA_SASL_MECHANISM: v.optional(v.picklist(["plain", "scram-sha-256", "scram-sha-512"]), "plain"),
  KAFKA_USERNAME: v.optional(v.string()),
  KAFKA_PASSWORD: v.optional(v.string(), ""),
  TOPIC_PREFIX: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.-]{0,200}$/, "may have letters, digits, dots, - and _ only")),
    defaultTopicPrefix,
  ),
  CLICKHOUSE_URL: v.optional(
    httpUrl("http://user:password@host:8123/database"),
    "http://default@127.0.0.1:8123/antedate",
  ),
  SCHEMA_REGISTRY_URL: v.optional(httpUrl("http://host:8081")),
  WRITER_SCHEMAS_DIR: v.optional(v.string()),
  STATE_DIR: v.optional(v.string(), ".antedate"),
  CONSUMER_GROUP: v.optional(v.string(), "antedate"),
  LOG_LEVEL: v.optional(v.picklist(["trace", "debug", "info", "warn", "error", "fatal", "silent"]), "info"),
  LAZY_BATCHES: v.optional(yesOrNo, "true"),
  SINK_BUFFER_MIB: v.optional(wholeNumber(16), "256"),
  METRICS_PORT: v.optional(wholeNumber(0, 65_535)),
  METRICS_HOST: v.optional(v.string(), "127.0.0.1"),
  SESSION_TIMEOUT_MS: v.optional(wholeNumber(1_000, 1_800_000), "15000"),
  WATCHDOG_MS: v.optional(wholeNumber(180_000), "300000"),
  WORKERS: v.optional(
    v.pipe(v.string(), v.regex(/^(max|\d{1,3})$/, "must be a count up to 999, or max for one per core")),
    "1",
  ),
});

/** How a client proves who it is to the brokers, and whether it talks to them in the clear. */
export interface KafkaSecurity {
  ssl: boolean;
  sasl: { mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string } | null;
}

/** What every service reads from its environment (design §4.5). */
export interface RuntimeConfig {
  brokers: string[];
  security: KafkaSecurity;
  topicPrefix: string;
  clickHouseUrl: string;
  schemaRegistryUrl: string | null;
  /** Folder of producers' own .avsc files, for single-object values written with them. */
  writerSchemasDir: string | null;
  stateDir: string;
  consumerGroup: string;
  logLevel: string;
  /** Record batches are fetched whole and walked in place; else kafkajs makes an object of every record. */
  lazyBatches: boolean;
  /** What a sink holds of all its partitions, in MiB: fetched records and rows that wait for their insert. */
  sinkBufferMiB: number;
  /** Where metrics and health are served; null where nothing listens. Port 0 takes a free one. */
  metrics: MetricsAddress | null;
  /** Kafka takes a member of a group for dead that it does not hear of for so long. */
  sessionTimeoutMs: number;
  /**
   * How long a service may stand still although there is work and all it needs is there. Beyond any call that is given up
   * by itself: ClickHouse has two minutes to answer.
   */
  watchdogMs: number;
  /** Processes that share a service's work. */
  workers: number;
}

export interface MetricsAddress {
  host: string;
  port: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses values of the environment by a schema for an object; an empty value counts as absent. Throws one FatalError that
 * names every problem.
 */
export function parseEnvironment<const T extends v.GenericSchema>(shape: T, env: Environment): v.InferOutput<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = v.safeParse(shape, given, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new FatalError(`Wrong configuration: ${parsed.issues.map(problem).join("; ")}.`);
}

/** A value's name and what it must be, in words that need no knowledge of a library; words of our own stay as they are. */
function problem(issue: v.BaseIssue<unknown>): string {
  const keys = issue.path?.map(({ key }) => String(key)) ?? [];
  const isUnknown = issue.kind === "schema" && issue.expected === "never";
  return isUnknown
    ? `${keys.slice(0, -1).join(".")} has ${keys.at(-1)}, which nothing reads`
    : `${keys.join(".")} ${demand(issue)}`;
}

function demand({ type, expected, requirement, message }: v.BaseIssue<unknown>): string {
  switch (type) {
    case "picklist":
      return `must be ${expected?.replace(/[()"]/g, "").replaceAll(" | ", " or ")}`;
    case "min_value":
      return `must be ${String(requirement)} or more`;
    case "max_value":
      return `must be ${String(requirement)} or less`;
    case "number":
    case "integer":
      return "must be a whole number";
    case "object":
    case "strict_object":
    case "record":
      return "must be an object, in braces";
    default:
      return message;
  }
}

/** The shared part of the environment, checked. Throws FatalError. */
export function readRuntimeConfig(env: Environment): RuntimeConfig {
  const values = parseEnvironment(shared, env);
  return {
    brokers: values.KAFKA_BROKERS,
    security: {
      ssl: values.KAFKA_TLS === "true",
      sasl:
        values.KAFKA_USERNAME === undefined
          ? null
          : {
              mechanism: values.KAFKA_SASL_MECHANISM,
              username: values.KAFKA_USERNAME,
              password: values.KAFKA_PASSWORD,
            },
    },
    topicPrefix: values.TOPIC_PREFIX,
    clickHouseUrl: values.CLICKHOUSE_URL,
    schemaRegistryUrl: values.SCHEMA_REGISTRY_URL ?? null,
    writerSchemasDir: values.WRITER_SCHEMAS_DIR ?? null,
    stateDir: values.STATE_DIR,
    consumerGroup: values.CONSUMER_GROUP,
    logLevel: values.LOG_LEVEL,
    lazyBatches: values.LAZY_BATCHES === "true",
    sinkBufferMiB: values.SINK_BUFFER_MIB,
    metrics: values.METRICS_PORT === undefined ? null : { host: values.METRICS_HOST, port: values.METRICS_PORT },
    sessionTimeoutMs: values.SESSION_TIMEOUT_MS,
    watchdogMs: values.WATCHDOG_MS,
    workers: values.WORKERS === "max" ? availableParallelism() : Number(values.WORKERS) || availableParallelism(),
  };
}

/** A JSON file that a variable names. Throws FatalError that names the variable where it is missing or broken. */
export function readJsonFile(variable: string, path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new FatalError(`${variable} names ${path}, which cannot be read: give the path of an existing file.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new FatalError(`${variable} names ${path}, which is not valid JSON: mend the file.`);
  }
}
