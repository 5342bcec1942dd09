import { Kafka, logLevel, type KafkaConfig, type LogEntry, type SASLOptions } from "kafkajs";
import type { KafkaSecurity } from "./config.ts";
import { registerCompressionCodecs } from "./compression-codecs.ts";
import { errorCode, FatalError } from "./errors.ts";
import { isPassingKafkaFault } from "./kafka-fault.ts";
import { installRestingTimers } from "./kafkajs-timers.ts";
import type { Logger } from "./logger.ts";
import { retryForever } from "./retry.ts";
import { socketFactory } from "./socket-factory.ts";

// Before anybody connects, those who use kafkajs without this file included.
installRestingTimers();

export interface KafkaClientOptions {
  brokers: string[];
  security?: KafkaSecurity;
  clientId: string;
  log: Logger;
}

/**
 * kafkajs logs every retriable hiccup of a new or restarted broker as ERROR, though it goes on by itself. What needs a
 * person reaches the log through the code that awaits the call, so its own lines are kept for `LOG_LEVEL=debug`.
 */
export function kafkaConfig({ brokers, security, clientId, log }: KafkaClientOptions): KafkaConfig {
  return {
    brokers,
    ...(security?.ssl ? { ssl: true } : {}),
    ...(security?.sasl ? { sasl: security.sasl as SASLOptions } : {}),
    clientId,
    logLevel: log.isLevelEnabled("debug") ? logLevel.INFO : logLevel.ERROR,
    logCreator: () => (entry: LogEntry) => {
      log.debug({ kafkajs: entry.namespace, ...entry.log }, "kafkajs");
    },
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    socketFactory,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
  };
}

export function createKafka(options: KafkaClientOptions): Kafka {
  registerCompressionCodecs();
  return new Kafka(kafkaConfig(options));
}

/** Connects producers and admins, for ever: between two calls a broker may have gone away again. */
export async function connectPatiently(
  clients: { connect(): Promise<void> }[],
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  for (const client of clients) {
    await retryForever(() => client.connect(), {
      ...(signal ? { signal } : {}),
      isFatal: (error) => !isPassingKafkaFault(error),
      onWait: (_, code) => log.warn({ code }, "waiting for Kafka"),
    });
  }
}

/** Waits for a broker to answer, saying so, and gives the cluster's ID. */
export async function waitForKafka(options: KafkaClientOptions, signal?: AbortSignal): Promise<string> {
  const { brokers, log } = options;
  const admin = new Kafka({ ...kafkaConfig(options), retry: { retries: 0 } }).admin();
  try {
    return await retryForever(
      async () => {
        await admin.connect().catch((error: unknown) => {
          const isRefused = errorCode(error) === "KafkaJSSASLAuthenticationError";
          throw isRefused
            ? new FatalError("Kafka refused user or password: mend KAFKA_USERNAME and KAFKA_PASSWORD.")
            : error;
        });
        const { clusterId } = await admin.describeCluster();
        return clusterId;
      },
      {
        ...(signal ? { signal } : {}),
        waitMsMax: 5_000,
        onWait: (attempt, code) => {
          if (attempt === 1 || attempt % 5 === 0)
            log.warn({ brokers, code }, `waiting for Kafka at ${brokers.join(",")}`);
        },
      },
    );
  } finally {
    await admin.disconnect();
  }
}
