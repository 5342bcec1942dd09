import { topicSpecs, type TopicName } from "@antedate/schemas";
// Node sees only some names of this CommonJS module; the rest are reached through its default.
import kafkajs, { type Admin } from "kafkajs";

/** What is known of the cluster and of the topics under a prefix; a topic that does not exist has no entry. */
export interface TopicFacts {
  prefix: string;
  /** Node IDs. */
  brokers: number[];
  topics: Partial<Record<TopicName, TopicFact>>;
}

export interface TopicFact {
  topic: string;
  /** Node IDs of the replicas, by partition. */
  replicas: number[][];
  /** The effective settings, defaults of the broker included; undefined where Kafka does not let us read them. */
  settings: Readonly<Record<string, string>> | undefined;
  /** Names of the settings that are the topic's own. */
  ownSettings: string[];
}

/** Reads what `checkTopics` judges. The admin client must be connected. */
export async function readTopicFacts(admin: Admin, prefix: string): Promise<TopicFacts> {
  const cluster = await admin.describeCluster();
  const existing = new Set(await admin.listTopics());
  const names = topicSpecs()
    .map(({ name }) => name)
    .filter((name) => existing.has(prefix + name));
  const facts: TopicFacts = { prefix, brokers: cluster.brokers.map(({ nodeId }) => nodeId), topics: {} };
  if (names.length === 0) return facts;

  const metadata = await admin.fetchTopicMetadata({ topics: names.map((name) => prefix + name) });
  for (const name of names) {
    const topic = prefix + name;
    const partitions = metadata.topics.find((entry) => entry.name === topic)?.partitions ?? [];
    const replicas = partitions
      .toSorted((a, b) => a.partitionId - b.partitionId)
      .map((partition) => partition.replicas);
    facts.topics[name] = { topic, replicas, ...(await readSettings(admin, topic)) };
  }
  return facts;
}

type Settings = Pick<TopicFact, "settings" | "ownSettings">;

async function readSettings(admin: Admin, topic: string): Promise<Settings> {
  try {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }];
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    const entries = described.resources[0]?.configEntries ?? [];
    return {
      settings: Object.fromEntries(entries.map((entry) => [entry.configName, entry.configValue])),
      ownSettings: entries
        .filter((entry) => entry.configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
        .map((entry) => entry.configName),
    };
  } catch (error) {
    if (isForbidden(error)) return { settings: undefined, ownSettings: [] };
    throw error;
  }
}

const forbidden: ReadonlySet<string> = new Set(["TOPIC_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"]);

/** Decided by Kafka's error name: a reader without the right to see settings is told so instead of failing. */
function isForbidden(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSProtocolError && forbidden.has(error.type);
}
