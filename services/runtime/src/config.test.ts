import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { readRuntimeConfig } from "./config.ts";

test.each([
  ["KAFKA_BROKERS", ",", "must be host:port, several with commas between them"],
  ["KAFKA_BROKERS", "k1:9092,k2", "must be host:port, several with commas between them"],
  ["KAFKA_BROKERS", "k1:port", "must be host:port, several with commas between them"],
  ["KAFKA_TLS", "yes", "must be true or false"],
  ["KAFKA_SASL_MECHANISM", "gssapi", "must be plain or scram-sha-256 or scram-sha-512"],
  ["TOPIC_PREFIX", "a b", "may have letters, digits, dots, - and _ only"],
  ["CLICKHOUSE_URL", "127.0.0.1:8123", "must be like http://user:password@host:8123/database"],
  ["CLICKHOUSE_URL", "ftp://host", "must be like http://user:password@host:8123/database"],
  ["SCHEMA_REGISTRY_URL", "registry", "must be like http://host:8081"],
  ["WORKERS", "-1", "must be a count up to 999, or max for one per core"],
  ["WORKERS", "many", "must be a count up to 999, or max for one per core"],
  ["SINK_BUFFER_MIB", "8", "must be 16 or more"],
  ["METRICS_PORT", "65536", "must be 65535 or less"],
  ["METRICS_PORT", "1.5", "must be a whole number"],
  ["METRICS_PORT", "ninety", "must be a whole number"],
  ["LOG_LEVEL", "loud", "must be trace or debug or info or warn or error or fatal or silent"],
])("%s=%s is refused in words", (name, value, demand) => {
  expect(() => readRuntimeConfig({ [name]: value })).toThrow(`Wrong configuration: ${name} ${demand}.`);
});

test("every problem is named at once, and an empty value counts as absent", () => {
  expect(() => readRuntimeConfig({ KAFKA_TLS: "yes", LOG_LEVEL: "loud", CONSUMER_GROUP: "" })).toThrow(
    /KAFKA_TLS must be .*; LOG_LEVEL must be /,
  );
});

test("what stands around a URL does not count: a file that ends in a blank must not make every schema unreadable", () => {
  const env = { CLICKHOUSE_URL: " http://h:8123/d ", SCHEMA_REGISTRY_URL: "http://h:8081 \n" };
  expect(readRuntimeConfig(env)).toMatchObject({
    clickHouseUrl: "http://h:8123/d",
    schemaRegistryUrl: "http://h:8081",
  });
});

test.each(["k1:9092,k2:9092", "[::1]:9092", "127.0.0.1:1"])("brokers %s are taken", (brokers) => {
  expect(readRuntimeConfig({ KAFKA_BROKERS: brokers }).brokers).toEqual(brokers.split(","));
});

test.each([
  [undefined, 1],
  ["3", 3],
  ["max", availableParallelism()],
  ["0", availableParallelism()],
])("WORKERS=%s is %d workers", (given, workers) => {
  expect(readRuntimeConfig({ WORKERS: given }).workers).toBe(workers);
});
