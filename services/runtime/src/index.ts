export {
  clickHouseTarget,
  createClickHouse,
  type ClickHouseClient,
  type ClickHouseTarget,
} from "./clickhouse-client.ts";
export {
  parseEnvironment,
  readJsonFile,
  readRuntimeConfig,
  type Environment,
  type MetricsAddress,
  type RuntimeConfig,
} from "./config.ts";
export { errorCode, FatalError } from "./errors.ts";
export type { Fetched, FetchedRecord, Flow, FlowControl } from "./flow.ts";
export { GroupMember } from "./group-member.ts";
export type { Health, HealthPlace } from "./health.ts";
export { connectPatiently, createKafka, kafkaConfig, waitForKafka, type KafkaClientOptions } from "./kafka-client.ts";
export { createKeyedProducer, type KeyedMessage, type KeyedProducer } from "./keyed-producer.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createMetricsServer, type MetricsServer } from "./metrics-server.ts";
export { createPartEnd, type PartEnd } from "./part-end.ts";
export { createPartitionReader, type PartitionReader } from "./partition-reader.ts";
export { retryForever } from "./retry.ts";
export { processSignal, runParts, type Part } from "./run-service.ts";
export { createWriterSchemaSource, type WriterSchemaSource } from "./schema-registry.ts";
export { createTelemetry, type Telemetry } from "./telemetry.ts";
export { Wake } from "./wake.ts";
