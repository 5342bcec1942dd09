import { createLogger } from "@antedate/runtime";
import { expect, test } from "vitest";
import { askPatiently } from "./ask-patiently.ts";

const log = createLogger({ service: "test", level: "silent" });
const { signal } = new AbortController();

/** As kafkajs names its errors. */
function kafkaFault(name: string, type?: string): Error {
  return Object.assign(new Error("x"), { name, type });
}

function asking(faults: Error[]): () => Promise<string> {
  return () => {
    const fault = faults.shift();
    return fault ? Promise.reject(fault) : Promise.resolve("answer");
  };
}

test("brokers that go away under the question are asked again, whatever kafkajs makes of it", async () => {
  const ofKafkajs = new TypeError("Cannot destructure property 'topicMetadata' of null");
  const faults = [ofKafkajs, kafkaFault("KafkaJSNonRetriableError")];
  expect(await askPatiently(asking(faults), log, signal)).toBe("answer");
});

test("what does not pass is told at once", async () => {
  const refused = kafkaFault("KafkaJSProtocolError", "TOPIC_AUTHORIZATION_FAILED");
  await expect(askPatiently(asking([refused]), log, signal)).rejects.toBe(refused);
  await expect(askPatiently(asking([new Error("ours")]), log, signal)).rejects.toThrow("ours");
});
