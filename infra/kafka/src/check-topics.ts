import type { TopicName } from "@antedate/schemas";
import type { Finding } from "./finding.ts";
import type { TopicFact, TopicFacts } from "./topic-facts.ts";
import { topicRemedies, type TopicRemedies } from "./topic-remedies.ts";
import { serves, topicRequirements, type TopicRequirement } from "./topic-requirements.ts";

export interface TopicCheckOptions {
  /** Written into the remedies. */
  bootstrapServers: string;
  windowMs?: number;
}

interface Check {
  facts: TopicFacts;
  requirements: TopicRequirement[];
  remedies: TopicRemedies;
  partitions: number;
}

/** These must have equal partition counts: partition i of the inputs is one task and partition i of the join log its log. */
const copartitioned: readonly TopicName[] = ["sends", "deliveries", "engagements", "classified"];

/**
 * Judges topics against what the join relies on (design §4.1). Pure: `readTopicFacts` gathers the facts. Every finding
 * that is not good news names the command that mends it; a check that finds nothing wrong says so in one `ok`.
 */
export function checkTopics(found: TopicFacts, options: TopicCheckOptions): Finding[] {
  const facts = withAwayBrokers(found);
  const counts = copartitioned.map((name) => facts.topics[name]?.replicas.length ?? 0);
  const most = Math.max(...counts);
  const check: Check = {
    facts,
    requirements: topicRequirements({
      prefix: facts.prefix,
      windowMs: options.windowMs,
      brokers: facts.brokers.length,
    }),
    remedies: topicRemedies(options.bootstrapServers),
    partitions: most,
  };
  return [
    ...orOk(missingTopics(check), "All five topics exist."),
    ...(most > 0 ? ofPresent(check) : []),
    ...replication(check),
    ...awayBrokers(found, facts),
  ];
}

/** A broker that is away is not in the cluster's list, but holds replicas all the same. */
function withAwayBrokers(facts: TopicFacts): TopicFacts {
  const holders = Object.values(facts.topics).flatMap(({ replicas }) => replicas.flat());
  return { ...facts, brokers: [...new Set([...facts.brokers, ...holders])].sort((a, b) => a - b) };
}

function awayBrokers(found: TopicFacts, { brokers }: TopicFacts): Finding[] {
  const away = brokers.filter((node) => !found.brokers.includes(node));
  if (away.length === 0) return [];
  const subject = away.length === 1 ? `Broker ${away[0]} is` : `Brokers ${away.join(", ")} are`;
  const sentence = `${subject} away: fewer copies of records are made until all are back.`;
  return [{ severity: "warning", sentence }];
}

/** What is said of the topics that are there. */
function ofPresent(check: Check): Finding[] {
  return [
    ...orOk(unequalPartitions(check), `The inputs and the join log have ${check.partitions} partitions each.`),
    ...orOk(wrongSettings(check), "The settings of the topics are right."),
  ];
}

function orOk(findings: Finding[], sentence: string): Finding[] {
  return findings.length === 0 ? [{ severity: "ok", sentence }] : findings;
}

function missingTopics({ facts, requirements }: Check): Finding[] {
  return requirements
    .filter(({ name }) => facts.topics[name] === undefined)
    .map((wanted) => ({
      severity: "error",
      sentence: `The topic ${wanted.topic} does not exist.`,
      remedy: "antedate topics",
    }));
}

function unequalPartitions({ facts, remedies, partitions }: Check): Finding[] {
  return present(facts, copartitioned)
    .filter((fact) => fact.replicas.length !== partitions)
    .map(({ topic, replicas }) => ({
      severity: "error",
      sentence: `${topic} has ${replicas.length} partitions and another topic has ${partitions}: the inputs and the join log need the same count, or nothing joins (records that are in it already stay where they are).`,
      remedy: remedies.addPartitions(topic, partitions),
    }));
}

function wrongSettings({ facts, requirements, remedies }: Check): Finding[] {
  return requirements.flatMap(({ name, settings: wanted }): Finding[] => {
    const fact = facts.topics[name];
    if (fact === undefined) return [];
    const { topic, settings } = fact;
    if (settings === undefined) return [unreadable(topic, remedies.allowReadingSettings(topic))];
    const wrong = Object.entries(wanted).filter(([setting, value]) => !serves(setting, value, settings[setting] ?? ""));
    const findings = wrong.map(([setting, value]): Finding => ({
      // A rejects topic that is not as it should be loses evidence, not results.
      severity: name === "rejects" ? "warning" : "error",
      sentence: `${topic} has ${setting}=${settings[setting] ?? "?"} and needs ${value}: ${reason(setting)}.`,
      remedy: remedies.set(topic, setting, value),
    }));
    const limit = settings["retention.bytes"] ?? "-1";
    if (limit === "-1") return findings;
    return [...findings, sizeLimited(topic, limit, remedies.set(topic, "retention.bytes", "-1"))];
  });
}

function sizeLimited(topic: string, limit: string, remedy: string): Finding {
  const sentence = `${topic} has retention.bytes=${limit}: a busy day may delete records that are still needed.`;
  return { severity: "warning", sentence, remedy };
}

function unreadable(topic: string, remedy: string): Finding {
  return {
    severity: "warning",
    sentence: `The settings of ${topic} cannot be read, so they are not checked: allow this user DescribeConfigs on it.`,
    remedy,
  };
}

const reasons: Readonly<Record<string, string>> = {
  "message.timestamp.type": "with producers' clocks a wrong one ends windows early",
  "cleanup.policy": "compaction removes records that the join counts on",
  "retention.ms": "records must outlive the window and an outage",
  "max.message.bytes": "larger records would be refused",
  "min.insync.replicas": "a write that one broker holds alone can be lost",
  "unclean.leader.election.enable": "a broker that lags would take over and lose what it lacks",
};

function reason(setting: string): string {
  return reasons[setting] ?? "the pipeline relies on it";
}

function replication({ facts, requirements, remedies }: Check): Finding[] {
  const { brokers } = facts;
  if (brokers.length === 1) {
    return [
      {
        severity: "ok",
        sentence: "There is one broker, so every record is held once: good for trying, not for keeping.",
      },
    ];
  }
  if (brokers.length === 2) {
    const sentence = "There are two brokers: three are needed to lose one and go on without loss; add a broker.";
    return [{ severity: "error", sentence, remedy: "antedate up --brokers 3" }];
  }
  const few = requirements.flatMap(({ name, replication: copies }): Finding[] => {
    const fact = facts.topics[name];
    const fewest = Math.min(...(fact?.replicas ?? []).map((nodes) => nodes.length));
    if (fact === undefined || fewest >= copies) return [];
    return [
      {
        severity: name === "rejects" ? "warning" : "error",
        sentence: `${fact.topic} has partitions on ${fewest} of ${brokers.length} brokers and needs ${copies} copies: the loss of a broker would lose records.`,
        remedy: remedies.replicate(fact.topic, fact.replicas, brokers, copies),
      },
    ];
  });
  return orOk(few, "Every partition is held by three brokers.");
}

function present(facts: TopicFacts, names: readonly TopicName[]): TopicFact[] {
  return names.map((name) => facts.topics[name]).filter((fact) => fact !== undefined);
}
