import { expect, test } from "vitest";
import { differenceSentence } from "./topic-difference.ts";
import type { TopicFacts } from "./topic-facts.ts";

const facts: TopicFacts = {
  prefix: "email.",
  brokers: [1, 2, 3],
  topics: { sends: { topic: "email.sends", replicas: [[1], [2]], settings: {}, ownSettings: [] } },
};

test.each([
  ["partitions", "4", "6", "has 4 partitions and not 6; another count moves keys, so ask for --partitions 4"],
  ["replication", "1", "3", "is on 1 of the 3 brokers that it should be on: echo"],
  ["retention.ms", "1", "2", "has retention.ms=1 and not 2: kafka-configs.sh --bootstrap-server k1:9092 --alter"],
])("%s: one sentence with the fix", (setting, actual, wanted, words) => {
  const sentence = differenceSentence({ topic: "email.sends", setting, actual, wanted }, facts, "k1:9092");
  expect(sentence).toContain(`email.sends ${words}`);
  expect(sentence).not.toContain("\n");
});
