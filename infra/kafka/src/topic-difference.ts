import type { TopicFacts } from "./topic-facts.ts";
import { topicRemedies } from "./topic-remedies.ts";

/** Where an existing topic is not what a plan says. */
export interface TopicDifference {
  topic: string;
  /** A setting as Kafka spells it, or `partitions` or `replication`. */
  setting: string;
  actual: string;
  wanted: string;
}

/** The difference and what mends it, in one sentence. `facts` are those that it was found in. */
export function differenceSentence(difference: TopicDifference, facts: TopicFacts, bootstrapServers: string): string {
  const { topic, setting, actual, wanted } = difference;
  const remedies = topicRemedies(bootstrapServers);
  const replicas = Object.values(facts.topics).find((fact) => fact.topic === topic)?.replicas ?? [];
  switch (setting) {
    case "partitions":
      return `${topic} has ${actual} partitions and not ${wanted}; another count moves keys, so ask for --partitions ${actual}, or set another TOPIC_PREFIX and begin anew.`;
    case "replication":
      return `${topic} is on ${actual} of the ${wanted} brokers that it should be on: ${remedies.replicate(topic, replicas, facts.brokers, Number(wanted))}`;
    default:
      return `${topic} has ${setting}=${actual} and not ${wanted}: ${remedies.set(topic, setting, wanted)}`;
  }
}
