import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defaultTopicPrefix } from "@antedate/schemas";
import { z } from "zod";
import { FatalError } from "./errors.ts";

const broker = /^(\[[^\]]+\]|[^:\s]+):\d{1,5}$/;

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

const shared = z.object({
  KAFKA_BROKERS: z
    .string()
    .default("127.0.0.1:9092")
    .transform(list)
    .refine((brokers) => brokers.length > 0 && brokers.every((each) => broker.test(each)), {
      error: "must be host:port, several with commas between them",
    }),
  KAFKA_TLS: z.enum(["true", "false"]).default("false"),
  KAFKA_SASL_MECHANISM: z.enum(["plain", "scram-sha-256", "scram-sha-512"]).default("plain"),
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().default(""),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]{0,200}$/, { error: "may have letters, digits, dots, - and _ only" })
    .default(defaultTopicPrefix),
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: "must be like http://user:password@host:8123/database" })
    .default("http://default@127.0.0.1:8123/antedate"),
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/, error: "must be like http://host:8081" }).optional(),
  WRITER_SCHEMAS_DIR: z.string().optional(),
  STATE_DIR: z.string().default(".antedate"),
  CONSUMER_GROUP: z.string().min(1).default("antedate"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  LAZY_BATCHES: z.enum(["true", "false"]).default("true"),
  SINK_BUFFER_MIB: z.coerce.number().int().min(16).default(256),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  METRICS_HOST: z.string().default("127.0.0.1"),
  SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(1_800_000).default(15_000),
  WATCHDOG_MS: z.coerce.number().int().min(180_000).default(300_000),
  WORKERS: z
    .string()
    .regex(/^(max|\d{1,3})$/, { error: "must be a count up to 999, or max for one per core" })
    .default("1"),
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
 * Parses values of the environment by a zod object; an empty value counts as absent. Throws one FatalError that names
 * every problem.
 */
export function parseEnvironment<T extends z.ZodType>(shape: T, env: Environment): z.infer<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${demand(issue)}`);
  throw new FatalError(`Wrong configuration: ${problems.join("; ")}.`);
}

/** What a value must be, in words that need no knowledge of zod; words of our own stay as they are. */
function demand(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `must be ${issue.values.join(" or ")}`;
  if (issue.code === "too_small")
    return issue.origin === "string" ? "must not be empty" : `must be ${issue.minimum} or more`;
  if (issue.code === "unrecognized_keys") return `has ${issue.keys.join(", ")}, which nothing reads`;
  if (issue.code !== "invalid_type") return issue.message;
  return `must be a ${["number", "int"].includes(issue.expected) ? "whole number" : issue.expected}`;
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
