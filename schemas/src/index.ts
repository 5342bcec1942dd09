export * from "./model/index.ts";
export { compileSchema, readSchema } from "./avro-types.ts";
export { crc64Avro } from "./crc-64-avro.ts";
export { encodeEvent, readRecord, type EventOf, type RawRecord, type ReadRecord } from "./event-codec.ts";
export { decodeJoinLog, encodeCommit, encodeFence, LogReader, type JoinLogRecord } from "./join-log.ts";
export { readMigrations, type Migration } from "./migrations.ts";
export { decodeReject, encodeReject, type Reject } from "./reject.ts";
export {
  defaultTopicPrefix,
  defaultWindowMs,
  inputMessageBytesMax,
  joinLogMessageBytesMax,
  retentionMarginMs,
  topicSpecs,
  valueBytesMax,
  type TopicName,
  type TopicSpec,
} from "./topics.ts";
export { WriterSchemas } from "./writer-schemas.ts";
