export * from "./model/index.ts";
export { compileSchema, readSchema } from "./avro-types.ts";
export type { AvroCursor } from "./avro-cursor.ts";
export {
  rowFields,
  walkCommit,
  type CommitBooks,
  type CommitEnds,
  type RowsName,
  type VisitRows,
} from "./commit-walk.ts";
export { encodeEvent, readRecord, type ReadRecord } from "./event-codec.ts";
export type { FlatField } from "./flat-fields.ts";
export { confluentHeaderBytes, singleObjectHeaderBytes } from "./framing.ts";
export {
  completeCommit,
  decodeCommitBody,
  decodeJoinLog,
  encodeCommit,
  encodeCommitBody,
  encodeFence,
  LogReader,
} from "./join-log.ts";
export { readMigrations, type Migration } from "./migrations.ts";
export { encodeReject, readReject, rejectRawBytesMax, type Reject } from "./reject.ts";
export { tableColumns, type ColumnTypes } from "./table-columns.ts";
export { defaultTopicPrefix, joinLogMessageBytesMax, topicSpecs, type TopicName } from "./topics.ts";
export { viewFields } from "./view-fields.ts";
export { ViewReader } from "./view-reader.ts";
export { ownHeader, WriterSchemas } from "./writer-schemas.ts";
