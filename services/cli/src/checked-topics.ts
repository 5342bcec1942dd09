import { checkTopics, readTopicFacts, type Finding } from "@antedate/kafka-server/topics";
import type { TopicName } from "@antedate/schemas";
import { createKafka, FatalError, type Logger, type RuntimeConfig } from "@antedate/runtime";
import { askPatiently } from "./ask-patiently.ts";

export interface TopicFindings {
  partitionCount: number;
  findings: Finding[];
}

/** Judges the topics of the configured prefix (design §4.1). Throws where Kafka does not answer. */
export async function findTopicFaults(config: RuntimeConfig, windowMs: number, log: Logger): Promise<TopicFindings> {
  const admin = createKafka({
    brokers: config.brokers,
    security: config.security,
    clientId: "antedate-check",
    log,
  }).admin();
  try {
    await admin.connect();
    const facts = await readTopicFacts(admin, config.topicPrefix);
    const findings = checkTopics(facts, { bootstrapServers: config.brokers.join(","), windowMs });
    return { partitionCount: facts.topics.sends?.replicas.length ?? 0, findings };
  } finally {
    await admin.disconnect();
  }
}

export interface Patience {
  log: Logger;
  signal: AbortSignal;
}

/**
 * The start-up check of the join: throws FatalError with the first thing that is wrong; warnings go to the log. Brokers that
 * go away meanwhile are waited for.
 */
export async function checkedTopics(
  config: RuntimeConfig,
  windowMs: number,
  { log, signal }: Patience,
): Promise<{ partitionCount: number }> {
  const { partitionCount, findings } = await askPatiently(() => findTopicFaults(config, windowMs, log), log, signal);
  for (const { severity, sentence } of findings) if (severity === "warning") log.warn(sentence);
  const error = findings.find(({ severity }) => severity === "error");
  if (error) throw new FatalError(error.remedy ? `${error.sentence} Mend it: ${error.remedy}` : error.sentence);
  return { partitionCount };
}

/** What a producer needs before it begins, or it would wait for ever. Throws FatalError where a topic is missing. */
export async function requireTopics(
  { brokers, security, topicPrefix }: RuntimeConfig,
  names: readonly TopicName[],
  { log, signal }: Patience,
): Promise<void> {
  const list = async (): Promise<string[]> => {
    const admin = createKafka({ brokers, security, clientId: "antedate-check", log }).admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      await admin.disconnect();
    }
  };
  const existing = new Set(await askPatiently(list, log, signal));
  const missing = names.map((name) => topicPrefix + name).filter((topic) => !existing.has(topic));
  if (missing.length > 0)
    throw new FatalError(`Kafka lacks ${missing.join(", ")}: run \`antedate topics\`, or mend TOPIC_PREFIX.`);
}
