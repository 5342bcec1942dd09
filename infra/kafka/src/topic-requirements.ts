import { topicSpecs, type TopicName } from "@antedate/schemas";

/** What one topic must be like in a cluster of a given size. */
export interface TopicRequirement {
  name: TopicName;
  /** With the prefix. */
  topic: string;
  replication: number;
  /** Settings as Kafka spells them. */
  settings: Readonly<Record<string, string>>;
}

export interface RequirementOptions {
  prefix: string;
  windowMs?: number | undefined;
  brokers: number;
}

/** The five topics as this cluster should have them; only one of three brokers or more can lose one and lose nothing. */
export function topicRequirements({ prefix, windowMs, brokers }: RequirementOptions): TopicRequirement[] {
  return topicSpecs(windowMs).map(({ name, config }) => ({
    name,
    topic: prefix + name,
    replication: brokers > 1 ? 3 : 1,
    settings: brokers > 1 ? { ...config, ...redundancy } : config,
  }));
}

const redundancy = { "min.insync.replicas": "2", "unclean.leader.election.enable": "false" };

/** Settings of which more is as good: a retention or a limit that someone raised on purpose stays. */
const atLeast: ReadonlySet<string> = new Set(["retention.ms", "max.message.bytes", "min.insync.replicas"]);

/** Whether a setting's value serves where `wanted` is asked for; -1 is Kafka's "no limit" of retention. */
export function serves(setting: string, wanted: string, actual: string): boolean {
  if (actual === wanted) return true;
  if (setting === "retention.ms" && actual === "-1") return true;
  return atLeast.has(setting) && Number(actual) >= Number(wanted);
}
