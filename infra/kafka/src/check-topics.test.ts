import { topicSpecs, type TopicName } from "@antedate/schemas";
import { describe, expect, test } from "vitest";
import { checkTopics } from "./check-topics.ts";
import type { TopicFact, TopicFacts } from "./topic-facts.ts";

const options = { bootstrapServers: "k1:9092,k2:9092" };

function rightFacts(brokers: number): TopicFacts {
  const nodes = Array.from({ length: brokers }, (_, n) => n + 1);
  const redundancy = { "min.insync.replicas": "2", "unclean.leader.election.enable": "false" };
  const topics = topicSpecs().map(({ name, config }): [TopicName, TopicFact] => {
    const settings = { ...config, ...(brokers > 1 ? redundancy : { "min.insync.replicas": "1" }) };
    return [name, { topic: `email.${name}`, replicas: [nodes, nodes], settings, ownSettings: [] }];
  });
  return { prefix: "email.", brokers: nodes, topics: Object.fromEntries(topics) };
}

function changed(facts: TopicFacts, name: TopicName, change: Partial<TopicFact>): TopicFacts {
  const fact = facts.topics[name];
  if (fact === undefined) throw new Error(`no ${name}`);
  return { ...facts, topics: { ...facts.topics, [name]: { ...fact, ...change } } };
}

function withSetting(facts: TopicFacts, name: TopicName, setting: string, value: string): TopicFacts {
  return changed(facts, name, { settings: { ...facts.topics[name]?.settings, [setting]: value } });
}

function problems(facts: TopicFacts, more: { windowMs?: number } = {}) {
  return checkTopics(facts, { ...options, ...more }).filter(({ severity }) => severity !== "ok");
}

describe("checkTopics", () => {
  test("right topics on three brokers give good news only", () => {
    expect(checkTopics(rightFacts(3), options).map(({ severity }) => severity)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  test("one broker is said and not refused", () => {
    expect(problems(rightFacts(1))).toEqual([]);
    expect(checkTopics(rightFacts(1), options).at(-1)?.sentence).toContain("one broker");
  });

  test("two brokers are refused", () => {
    expect(problems(rightFacts(2))).toHaveLength(1);
    expect(problems(rightFacts(2))[0]?.sentence).toContain("add a broker");
  });

  test.each([[[1, 3]], [[2]]])(
    "three brokers of which only %j are there are three: said and not refused",
    (brokers) => {
      const found = problems({ ...rightFacts(3), brokers });
      expect(found.map(({ severity }) => severity)).toEqual(["warning"]);
      expect(found[0]?.sentence).toMatch(brokers.length === 1 ? /^Brokers 1, 3 are away: / : /^Broker 2 is away: /);
    },
  );

  test("a missing topic gets the command that creates it", () => {
    const facts = rightFacts(3);
    const { classified, ...others } = facts.topics;
    expect(classified).toBeDefined();
    const [finding, ...rest] = problems({ ...facts, topics: others });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      sentence: "The topic email.classified does not exist.",
      remedy: "antedate topics",
    });
  });

  test("with no topics at all five are missing, and nothing else is said of them", () => {
    expect(problems({ prefix: "email.", brokers: [1], topics: {} })).toHaveLength(5);
  });

  test("the topic with fewer partitions is the one to grow", () => {
    const [finding, ...rest] = problems(changed(rightFacts(1), "sends", { replicas: [[1]] }));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: "error",
      remedy: "kafka-topics.sh --bootstrap-server k1:9092,k2:9092 --alter --topic email.sends --partitions 2",
    });
  });

  test.each([
    ["message.timestamp.type", "CreateTime", "LogAppendTime"],
    ["cleanup.policy", "compact", "delete"],
    ["cleanup.policy", "compact,delete", "delete"],
    ["retention.ms", "604800000", "4233600000"],
    ["max.message.bytes", "1048588", "8388608"],
    ["min.insync.replicas", "1", "2"],
    ["unclean.leader.election.enable", "true", "false"],
  ])("%s=%s on an input is an error with the command that sets %s", (setting, actual, wanted) => {
    expect(problems(withSetting(rightFacts(3), "engagements", setting, actual))).toEqual([
      {
        severity: "error",
        sentence: expect.stringContaining(`email.engagements has ${setting}=${actual} and needs ${wanted}`),
        remedy: `kafka-configs.sh --bootstrap-server k1:9092,k2:9092 --alter --entity-type topics --entity-name email.engagements --add-config ${setting}=${wanted}`,
      },
    ]);
  });

  test.each([
    ["retention.ms", "-1"],
    ["retention.ms", "9999999999999"],
    ["max.message.bytes", "99999999"],
    ["min.insync.replicas", "3"],
  ])("%s=%s is more than enough", (setting, actual) => {
    expect(problems(withSetting(rightFacts(3), "classified", setting, actual))).toEqual([]);
  });

  test("a longer window needs longer retention of all five", () => {
    expect(problems(rightFacts(1), { windowMs: 90 * 86_400_000 })).toHaveLength(5);
  });

  test("a size limit, a wrong rejects topic and unreadable settings are warnings", () => {
    expect(problems(withSetting(rightFacts(1), "sends", "retention.bytes", "1000"))).toMatchObject([
      { severity: "warning" },
    ]);
    expect(problems(withSetting(rightFacts(1), "rejects", "retention.ms", "1"))).toMatchObject([
      { severity: "warning" },
    ]);
    expect(problems(changed(rightFacts(1), "sends", { settings: undefined }))).toMatchObject([{ severity: "warning" }]);
  });

  test("too few copies get a reassignment that keeps the copy that is there", () => {
    const [finding] = problems(changed(rightFacts(3), "sends", { replicas: [[2], [3]] }));
    expect(finding?.remedy).toContain('"partition":0,"replicas":[2,1,3]');
    expect(finding?.remedy).toContain('"partition":1,"replicas":[3,2,1]');
    expect(finding?.remedy).toMatch(
      /^echo '.*' > email\.sends\.reassignment\.json && kafka-reassign-partitions\.sh .* --execute$/,
    );
  });
});
