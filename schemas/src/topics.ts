import type { Input } from "./model/index.ts";

/** Topic names without their prefix (design §4.1). */
export type TopicName = Input | "classified" | "rejects";

export interface TopicSpec {
  name: TopicName;
  /** Settings of the topic as Kafka spells them. */
  config: Readonly<Record<string, string>>;
}

const day = 86_400_000;
const MiB = 1024 * 1024;

/** Retention must cover the window plus an outage; 14 days are the margin for one. */
const retentionMarginMs: number = 14 * day;
const defaultWindowMs: number = 35 * day;

/** Largest value that is decoded; the topics take larger ones so that they end in rejects, not at the producer. */
export const valueBytesMax: number = MiB;
const inputMessageBytesMax: number = 8 * MiB;
/** A COMMIT holds up to 4 MiB of rows plus one step that may overrun. */
export const joinLogMessageBytesMax: number = 16 * MiB;

/** The five topics with their settings for a given window; LogAppendTime so that no producer's clock counts. */
export function topicSpecs(windowMs: number = defaultWindowMs): TopicSpec[] {
  const retention = String(windowMs + retentionMarginMs);
  const shared = { "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime", "retention.ms": retention };
  const input = { ...shared, "max.message.bytes": String(inputMessageBytesMax) };
  return [
    { name: "sends", config: input },
    { name: "deliveries", config: input },
    { name: "engagements", config: input },
    { name: "classified", config: { ...shared, "max.message.bytes": String(joinLogMessageBytesMax) } },
    { name: "rejects", config: input },
  ];
}

export const defaultTopicPrefix = "email.";
