import { FatalError } from "./errors.ts";

interface KafkaFault {
  name?: unknown;
  type?: unknown;
  cause?: unknown;
}

/** What a person has to mend, by the protocol's names: https://kafka.apache.org/protocol#protocol_error_codes. */
const fatalTypes = new Set([
  "CLUSTER_AUTHORIZATION_FAILED",
  "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "GROUP_MAX_SIZE_REACHED",
  "INCONSISTENT_GROUP_PROTOCOL",
  "INVALID_GROUP_ID",
  "INVALID_SESSION_TIMEOUT",
  "INVALID_TOPIC_EXCEPTION",
  "SASL_AUTHENTICATION_FAILED",
  "TOPIC_AUTHORIZATION_FAILED",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
  "UNSUPPORTED_SASL_MECHANISM",
  "UNSUPPORTED_VERSION",
]);

const fatalNames = new Set([
  "KafkaJSInvariantViolation",
  "KafkaJSNotImplemented",
  "KafkaJSSASLAuthenticationError",
  "KafkaJSServerDoesNotSupportApiKey",
  "KafkaJSUnsupportedMagicByteInMessageSet",
]);

/**
 * Whether Kafka mends this by itself: brokers that restart, coordinators that move. kafkajs's own `retriable` says no to
 * many of these, a coordinator that is not found while its broker shuts down for one, so it is not asked. What kafkajs
 * did not throw is ours, and nothing that passes.
 */
export function isPassingKafkaFault(error: unknown): boolean {
  const chain = causesOf(error);
  if (chain.some((one) => one instanceof FatalError)) return false;
  const isForPerson = chain.some(({ type, name }) => fatalTypes.has(String(type)) || fatalNames.has(String(name)));
  return !isForPerson && chain.some(({ name }) => String(name).startsWith("KafkaJS"));
}

/** The error and what caused it. kafkajs names an error as its own cause where it wraps one that has none. */
function causesOf(error: unknown): KafkaFault[] {
  const chain: KafkaFault[] = [];
  for (let at = error as KafkaFault | undefined; at && !chain.includes(at); at = at.cause as KafkaFault | undefined) {
    chain.push(at);
  }
  return chain;
}
