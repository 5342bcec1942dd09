import kafkajs, { type Admin } from "kafkajs";
import type { TopicDifference } from "./topic-difference.ts";
import { readTopicFacts, type TopicFact, type TopicFacts } from "./topic-facts.ts";
import { serves, topicRequirements, type TopicRequirement } from "./topic-requirements.ts";

const partitionsDefault = 12;

export interface TopicPlan {
  prefix: string;
  /** As many as the topics that exist have, else 12, where it is left out. */
  partitions?: number;
  /** Sets the retention; the default window where it is left out. */
  windowMs?: number;
  /** Three where the cluster has three brokers, else one, where it is left out. */
  replication?: number;
}

export interface TopicOutcome {
  created: string[];
  /** Settings that were changed on topics that existed. */
  altered: TopicDifference[];
  /** What differs still. */
  differences: TopicDifference[];
  /** What was there before. */
  before: TopicFacts;
}

/** Creates the topics that are missing and only reports how the others differ; may be run any number of times. */
export async function createTopics(admin: Admin, plan: TopicPlan): Promise<TopicOutcome> {
  const before = await readTopicFacts(admin, plan.prefix);
  const requirements = topicRequirements({
    prefix: plan.prefix,
    windowMs: plan.windowMs,
    brokers: copiesThatCount(before.brokers.length, plan.replication),
  });
  const partitions = plan.partitions ?? (mostPartitions(before) || partitionsDefault);
  const wanted = requirements.map((each) => ({ ...each, replication: plan.replication ?? each.replication }));
  const missing = wanted.filter(({ name }) => before.topics[name] === undefined);
  if (missing.length > 0) {
    // Resolves to false, and does no harm, where another process created them a moment ago.
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((each) => ({
        topic: each.topic,
        numPartitions: partitions,
        replicationFactor: each.replication,
        configEntries: Object.entries(each.settings).map(([name, value]) => ({ name, value })),
      })),
    });
  }
  const differences = wanted.flatMap((each) => {
    const fact = before.topics[each.name];
    if (fact === undefined) return [];
    // Rejects are joined with nothing: any count serves unless one is asked for.
    const isFree = each.name === "rejects" && plan.partitions === undefined;
    return compare(fact, each, isFree ? fact.replicas.length : partitions);
  });
  return { created: missing.map(({ topic }) => topic), altered: [], differences, before };
}

/**
 * Creates the topics that are missing and sets the settings of the others where they fall short; what is set higher than
 * asked stays. Partition count and replication of an existing topic are only reported: changing the one moves keys, the
 * other copies data.
 */
export async function ensureTopics(admin: Admin, plan: TopicPlan): Promise<TopicOutcome> {
  const { created, differences, before } = await createTopics(admin, plan);
  const isSetting = ({ setting }: TopicDifference) => setting !== "partitions" && setting !== "replication";
  const altered = differences.filter(isSetting);
  if (altered.length > 0) await alterSettings(admin, plan.prefix, altered);
  return { created, altered, differences: differences.filter((difference) => !isSetting(difference)), before };
}

/**
 * Two brokers cannot hold three copies, so they count as one here; `checkTopics` says what that means. So does a plan of
 * fewer copies: two in sync would be asked of one.
 */
function copiesThatCount(brokers: number, replication = 3): number {
  return brokers >= 3 && replication >= 3 ? brokers : 1;
}

function mostPartitions({ topics }: TopicFacts): number {
  const { rejects: _, ...joined } = topics;
  return Math.max(0, ...Object.values(joined).map(({ replicas }) => replicas.length));
}

function compare(fact: TopicFact, wanted: TopicRequirement, partitions: number): TopicDifference[] {
  const { topic, settings = {} } = fact;
  const differences = Object.entries(wanted.settings)
    .map(([setting, value]) => ({ topic, setting, actual: settings[setting] ?? "unknown", wanted: value }))
    .filter(({ setting, actual, wanted: value }) => !serves(setting, value, actual));
  if (fact.replicas.length !== partitions) {
    const actual = String(fact.replicas.length);
    differences.push({ topic, setting: "partitions", actual, wanted: String(partitions) });
  }
  const copies = Math.min(...fact.replicas.map((nodes) => nodes.length));
  if (copies < wanted.replication) {
    differences.push({ topic, setting: "replication", actual: String(copies), wanted: String(wanted.replication) });
  }
  return differences;
}

/** The request that kafkajs speaks replaces all of a topic's own settings, so the others are sent along unchanged. */
async function alterSettings(admin: Admin, prefix: string, changes: readonly TopicDifference[]): Promise<void> {
  const { topics } = await readTopicFacts(admin, prefix);
  const resources = Object.values(topics)
    .filter(({ topic }) => changes.some((change) => change.topic === topic))
    .map(({ topic, settings = {}, ownSettings }) => {
      const entries = new Map(ownSettings.map((name) => [name, settings[name] ?? ""]));
      for (const change of changes) if (change.topic === topic) entries.set(change.setting, change.wanted);
      const configEntries = [...entries].map(([name, value]) => ({ name, value }));
      return { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries };
    });
  await admin.alterConfigs({ validateOnly: false, resources });
}
