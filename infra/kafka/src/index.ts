export { ensureBrokerJars, type JarOptions } from "./broker-jars.ts";
export { checkTopics, type TopicCheckOptions } from "./check-topics.ts";
export {
  createTopics,
  ensureTopics,
  type TopicDifference,
  type TopicOutcome,
  type TopicPlan,
} from "./create-topics.ts";
export type { Finding } from "./finding.ts";
export { checkKeyPlacement, type KeyPlacement } from "./key-placement.ts";
export { readMisplacedKeys } from "./misplaced-keys.ts";
export { quietKafka } from "./quiet-kafka.ts";
export type { RunningKafka, UnexpectedExit } from "./running-kafka.ts";
export { StartError, type StartErrorCode } from "./start-error.ts";
export { startKafka, type KafkaOptions } from "./start-kafka.ts";
export { readTopicFacts, type TopicFact, type TopicFacts } from "./topic-facts.ts";
export { topicRequirements, type TopicRequirement } from "./topic-requirements.ts";
