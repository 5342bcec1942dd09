export * from "./model/index.ts";
export { compileSchema, readSchema } from "./avro-types.ts";
export { encodeEvent, readRecord, type ReadRecord } from "./event-codec.ts";
export { decodeCommitBody, decodeJoinLog, encodeCommit, encodeCommitBody, encodeFence, LogReader } from "./join-log.ts";
export { readMigrations } from "./migrations.ts";
export { decodeReject, encodeReject, type Reject } from "./reject.ts";
export { defaultTopicPrefix, joinLogMessageBytesMax, topicSpecs, type TopicName } from "./topics.ts";
export { ViewReader } from "./view-reader.ts";
export { WriterSchemas } from "./writer-schemas.ts";
