import { createTopics, differenceSentence } from "@antedate/kafka-server/topics";
import { readJoinConfig, type JoinConfig } from "@antedate/join";
import { createKafka, createLogger, errorCode, FatalError, waitForKafka } from "@antedate/runtime";
import type { CommandContext } from "./command-context.ts";

export interface TopicsFlags {
  partitions?: number;
  replication?: number;
}

/** Makes the topics that are missing; what differs in the others is said and left alone. */
export async function topics(flags: TopicsFlags, { env, signal, print, say, liveLine }: CommandContext): Promise<void> {
  const config = readJoinConfig(env);
  const log = createLogger({ service: "topics", level: config.logLevel, beforeLine: liveLine.clear });
  const client = { brokers: config.brokers, security: config.security, clientId: "antedate-topics", log };
  await liveLine.during(`Waiting for Kafka at ${config.brokers.join(",")}`, waitForKafka(client, signal));
  const admin = createKafka(client).admin();
  try {
    await admin.connect();
    const plan = { prefix: config.topicPrefix, windowMs: config.settings.windowMs, ...flags };
    const { created, differences, before } = await createTopics(admin, plan).catch((error: unknown) => {
      throw refusal(error, flags, config);
    });
    if (created.length > 0) say(`Made ${created.join(", ")}.`);
    else if (differences.length === 0) say("All five topics exist and are as they should be.");
    for (const each of differences) print(differenceSentence(each, before, config.brokers.join(",")));
    if (differences.length > 0)
      throw new FatalError("Topics that exist are left as they are: mend the above, then run `antedate doctor`.");
  } finally {
    await admin.disconnect();
  }
}

/** What Kafka means where it refuses to make a topic, decided by its error's name. */
function refusal(error: unknown, { replication }: TopicsFlags, { brokers }: JoinConfig): unknown {
  const [first] = (error as { errors?: unknown[] }).errors ?? [error];
  switch (errorCode(first)) {
    case "INVALID_REPLICATION_FACTOR":
      return new FatalError(
        `Kafka at ${brokers.join(",")} has fewer brokers than --replication ${replication} asks for: give a smaller one.`,
      );
    case "TOPIC_AUTHORIZATION_FAILED":
    case "CLUSTER_AUTHORIZATION_FAILED":
      return new FatalError("Kafka does not let this user make topics: allow it Create on them, or name another user.");
    case "POLICY_VIOLATION":
      return new FatalError(`Kafka's policy for new topics refuses them: ${(first as Error).message}`);
    default:
      return error;
  }
}
