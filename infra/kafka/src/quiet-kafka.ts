import { Kafka, type KafkaConfig } from "kafkajs";

/**
 * A kafkajs client that logs nothing: a new broker answers "not available" for a while and kafkajs logs each retry as an
 * error. What fails for good is thrown to the caller anyway.
 */
export function quietKafka(brokers: string | readonly string[], options: Partial<KafkaConfig> = {}): Kafka {
  const list = typeof brokers === "string" ? brokers.split(",") : [...brokers];
  return new Kafka({ clientId: "antedate-infra", ...options, brokers: list, logCreator: () => () => {} });
}
