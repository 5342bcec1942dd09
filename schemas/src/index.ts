export * from "./model/index.ts";
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
