import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Partitioners, type Producer } from "kafkajs";
import { createKafka, createLogger } from "@antedate/runtime";
import { encodeEvent, readSchema } from "@antedate/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logLinesOf, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { deliveryEvent, sendEvent } from "../support/events.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";

const partitions = 4;
const messages = 40;
let servers: LocalServers;
let registry: Server;
let isRegistryThere = false;
let asked = 0;
let producer: Producer;
const members: AntedateProcess[] = [];

beforeAll(async () => {
  // Away, it is an ingress that has no backend.
  registry = createServer((_, response) => {
    asked++;
    response.writeHead(isRegistryThere ? 200 : 404);
    response.end(isRegistryThere ? JSON.stringify({ schema: JSON.stringify(readSchema("send")) }) : "no backend");
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  servers = await startServers({ infraOnly: true, partitions });
  const log = createLogger({ service: "test", level: "silent" });
  const kafka = createKafka({ brokers: [servers.brokers], clientId: "registry-away", log });
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
});

afterAll(async () => {
  await producer.disconnect();
  await Promise.all(members.map((member) => member.kill("SIGTERM")));
  await servers.stop();
  registry.close();
});

function start(service: "join" | "sink"): AntedateProcess {
  const { port } = registry.address() as AddressInfo;
  const member = startAntedate([service], {
    ...servers.env,
    LOG_LEVEL: "info",
    SESSION_TIMEOUT_MS: "6000",
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}`,
  });
  members.push(member);
  return member;
}

const assignments = (member: AntedateProcess) =>
  logLinesOf(member).flatMap(({ msg, assigned }) => (msg === "partitions assigned" ? [assigned] : []));

const shareOf = (member: AntedateProcess): number => assignments(member).at(-1)?.["email.sends"]?.length ?? 0;

/** Sends in Confluent framing, and their deliveries without: a message's row needs both. */
async function produce(): Promise<void> {
  const ids = Array.from({ length: messages }, (_, index) => `m-${index}`);
  const event = (id: string) => ({ event_id: id, message_id: id, occurred_at: Date.now() });
  const sends = ids.map((id) => {
    const body = encodeEvent("sends", sendEvent(event(id))).subarray(10);
    return { key: id, value: Buffer.concat([Buffer.from("0000000007", "hex"), body]) };
  });
  const deliveries = ids.map((id) => ({ key: id, value: encodeEvent("deliveries", deliveryEvent(event(id))) }));
  await producer.send({ topic: "email.sends", messages: sends });
  await producer.send({ topic: "email.deliveries", messages: deliveries });
}

test("members that wait for the registry stay in their group and share its tasks anew, and each record is read once", async () => {
  const first = start("join");
  const sink = start("sink");
  await eventually(
    () => Promise.resolve([shareOf(first), assignments(sink).length]),
    ([share, sinks]) => share === partitions && sinks === 1,
  );
  await produce();
  await eventually(
    () => Promise.resolve(asked),
    (count) => count >= 2,
  );

  const second = start("join");
  await eventually(
    () => Promise.resolve([shareOf(first), shareOf(second)]),
    (shares) => shares.every((share) => share === partitions / 2),
  );
  expect([assignments(first).length, assignments(sink).length]).toEqual([2, 1]);

  isRegistryThere = true;
  const query = `SELECT (SELECT count() FROM sends)::Int32 AS sends, (SELECT count() FROM messages)::Int32 AS messages,
    (SELECT count() FROM rejects)::Int32 AS rejects`;
  const counts = await eventually(
    () => select<{ sends: number; messages: number; rejects: number }>(servers.clickHouse, query),
    ([row]) => row?.sends === messages && row.messages === messages,
  );
  expect(counts).toEqual([{ sends: messages, messages, rejects: 0 }]);
});
