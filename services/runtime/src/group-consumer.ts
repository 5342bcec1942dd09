// Node sees only some names of this CommonJS module; the error classes are reached through its default.
import kafkajs, { type Consumer, type Kafka, type PartitionAssigner } from "kafkajs";

export interface GroupConsumerOptions {
  kafka: Kafka;
  group: string;
  assigners?: PartitionAssigner[];
  /** Kafka takes a member for dead that it does not hear of for so long; its partitions go to others. */
  sessionTimeoutMs: number;
}

/** From one heartbeat to the next. A member hears of a rebalance by its heartbeat. */
export function heartbeatMs(sessionTimeoutMs: number): number {
  return Math.min(1_000, sessionTimeoutMs / 5);
}

/** kafkajs's consumer as all members of groups have it. */
export function createGroupConsumer({ kafka, group, assigners, sessionTimeoutMs }: GroupConsumerOptions): Consumer {
  return kafka.consumer({
    groupId: group,
    ...(assigners ? { partitionAssigners: assigners } : {}),
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs(sessionTimeoutMs),
    rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
    // A paused partition is looked at again only after this long.
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 1024 * 1024,
    maxBytes: 64 * 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 20 },
  });
}

/**
 * Between a crash of kafkajs's consumer and its restart there is nothing to steer; the next GROUP_JOIN takes positions and
 * pauses up again.
 */
export function steer(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSNonRetriableError)) throw error;
  }
}
