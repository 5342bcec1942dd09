// The topics of any cluster: nothing that starts one.
export { checkTopics } from "./check-topics.ts";
export { createTopics, ensureTopics } from "./create-topics.ts";
export { differenceSentence } from "./topic-difference.ts";
export type { Finding } from "./finding.ts";
export { checkKeyPlacement } from "./key-placement.ts";
export { readMisplacedKeys } from "./misplaced-keys.ts";
export { readTopicFacts } from "./topic-facts.ts";
