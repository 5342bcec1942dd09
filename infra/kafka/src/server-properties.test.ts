import { describe, expect, test } from "vitest";
import { renderServerProperties } from "./server-properties.ts";

function settings(text: string): Map<string, string> {
  const lines = text.trimEnd().split("\n");
  return new Map(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

describe("server.properties", () => {
  const one = settings(renderServerProperties({ index: 0, host: "127.0.0.1", ports: [9092], controllerPorts: [9192] }));
  const second = settings(
    renderServerProperties({ index: 1, host: "localhost", ports: [1, 2, 3], controllerPorts: [11, 12, 13] }),
  );

  test("one broker is its own quorum and holds everything once", () => {
    expect(one.get("process.roles")).toBe("broker,controller");
    expect(one.get("controller.quorum.voters")).toBe("1@127.0.0.1:9192");
    expect(one.get("listeners")).toBe("PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9192");
    for (const name of ["default", "offsets.topic", "transaction.state.log", "share.coordinator.state.topic"]) {
      expect(one.get(`${name}.replication.factor`)).toBe("1");
    }
    expect(one.get("min.insync.replicas")).toBe("1");
  });

  test("the second of three knows all voters and holds its own ports and node ID", () => {
    expect(second.get("node.id")).toBe("2");
    expect(second.get("controller.quorum.voters")).toBe("1@localhost:11,2@localhost:12,3@localhost:13");
    expect(second.get("advertised.listeners")).toBe("PLAINTEXT://localhost:2");
    expect(second.get("offsets.topic.replication.factor")).toBe("3");
    expect(second.get("transaction.state.log.min.isr")).toBe("2");
    expect(second.get("min.insync.replicas")).toBe("2");
  });

  test("a 16 MiB record can be taken and copied, and nothing is created or elected by accident", () => {
    expect(Number(one.get("message.max.bytes"))).toBeGreaterThan(16 * 1024 * 1024);
    expect(Number(one.get("replica.fetch.max.bytes"))).toBeGreaterThan(16 * 1024 * 1024);
    expect(one.get("auto.create.topics.enable")).toBe("false");
    expect(one.get("unclean.leader.election.enable")).toBe("false");
    expect(one.get("group.initial.rebalance.delay.ms")).toBe("0");
  });

  test("no value holds a path of the machine", () => {
    expect(second.get("log.dirs")).toBe("log");
    expect([...second.values()].filter((value) => value.startsWith("/"))).toEqual([]);
  });
});
