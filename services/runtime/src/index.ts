export { atMost } from "./at-most.ts";
export {
  parseEnvironment,
  readJsonFile,
  readRuntimeConfig,
  wholeNumber,
  type Environment,
  type RuntimeConfig,
} from "./config.ts";
export { setV8ForStreams } from "./v8-settings.ts";
export { crc32c } from "./crc32c.ts";
export { errorCode, FatalError } from "./errors.ts";
export type { Fetched, FetchedRecord, Flow, FlowControl } from "./flow.ts";
export { GroupMember } from "./group-member.ts";
export type { HealthPlace } from "./health.ts";
export { isPassingKafkaFault } from "./kafka-fault.ts";
export { connectPatiently, createKafka, waitForKafka } from "./kafka-client.ts";
export { createKeyedProducer, type KeyedProducer } from "./keyed-producer.ts";
export { makeFolder } from "./make-folder.ts";
export { installLazyBatches, recordBatchesOf } from "./lazy-batches.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createMetricsServer, ownMetrics } from "./metrics-server.ts";
export { createPartEnd } from "./part-end.ts";
export { createPartitionReader, type PartitionReader } from "./partition-reader.ts";
export type { RecordBatch } from "./record-batch.ts";
export { RecordCursor } from "./record-cursor.ts";
export { responseMemory } from "./response-memory.ts";
export { retryForever } from "./retry.ts";
export { runParts, type Part } from "./run-service.ts";
export { createWriterSchemaSource, type WriterSchemaSource } from "./schema-registry.ts";
export type { FlowCalls } from "./stall-judge.ts";
export { createTelemetry, type Telemetry } from "./telemetry.ts";
export { Wake } from "./wake.ts";
export type { WorkerLink } from "./worker-link.ts";
export { createWorkers, WorkerEnd } from "./workers.ts";
export { toRecordBatch, toRecords } from "./write-record-batch.ts";
