import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import { FatalError } from "./errors.ts";
import { isPassingKafkaFault } from "./kafka-fault.ts";

const { KafkaJSError, KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;

/** As kafkajs wraps what it gives up; its types know of no cause. */
function wrapped(cause: Error): Error {
  return Object.assign(new KafkaJSNonRetriableError("x"), { cause });
}

function protocolError(type: string): Error {
  return Object.assign(new KafkaJSProtocolError(new Error(type)), { type });
}

test.each([
  ["a coordinator that is not found", new KafkaJSNonRetriableError("Failed to find group coordinator")],
  [
    "a broker that says nothing",
    new KafkaJSNumberOfRetriesExceeded(new KafkaJSError("x"), { retryCount: 5, retryTime: 1 }),
  ],
  ["a broker that is not available", protocolError("BROKER_NOT_AVAILABLE")],
  ["an unexpected error of a broker", wrapped(protocolError("UNKNOWN"))],
])("%s passes by itself", (_, error) => {
  expect(isPassingKafkaFault(error)).toBe(true);
});

test.each([
  ["a topic that may not be read", wrapped(protocolError("TOPIC_AUTHORIZATION_FAILED"))],
  ["a group of another kind of member", protocolError("INCONSISTENT_GROUP_PROTOCOL")],
  ["our own error, though kafkajs wrapped it", wrapped(new FatalError("mend it"))],
  ["an error of the language", new TypeError("x is not a function")],
  ["nothing", undefined],
])("%s does not", (_, error) => {
  expect(isPassingKafkaFault(error)).toBe(false);
});
