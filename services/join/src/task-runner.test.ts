import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, createTelemetry } from "@antedate/runtime";
import { expect, test } from "vitest";
import { createSettingsLookup, defaultSettings } from "./domain/index.ts";
import { createJoinMetrics } from "./join-metrics.ts";
import type { TaskPorts } from "./task-ports.ts";
import { TaskRunner } from "./task-runner.ts";

const none = { low: 0, high: 0 };

/** A join log in memory that does not answer while `isAway`, and inputs without records. */
function world() {
  const values: Buffer[] = [];
  const state = { isAway: true };
  const orAway = <T>(value: T): Promise<T> =>
    state.isAway ? Promise.reject(Object.assign(new Error("away"), { code: "ECONNREFUSED" })) : Promise.resolve(value);
  const ports: TaskPorts = {
    log: {
      append: (value) => orAway(null).then(() => ({ offset: values.push(value) - 1, appendTime: 1_700_000_000_000 })),
      ends: () => orAway({ low: 0, high: values.length }),
      read: (offset) =>
        orAway({
          records: values.slice(offset).map((value, index) => ({ offset: offset + index, value, appendTime: 77 })),
          nextOffset: values.length,
        }),
    },
    inputs: {
      ends: () => orAway({ sends: none, deliveries: none, engagements: none }),
      start: () => {},
      pause: () => {},
      resume: () => {},
    },
    reject: () => Promise.resolve(),
    committed: () => {},
  };
  return { ports, state };
}

test("a task without its log says so, and how it stands once it has taken it over", async () => {
  const { ports, state } = world();
  const { registry, health } = createTelemetry();
  const runner: TaskRunner = new TaskRunner({
    identity: {
      topic: "email.classified",
      partition: 3,
      clusterId: "c",
      partitionCount: 4,
      config: "{}",
      configDigest: "d",
    },
    topics: { sends: "email.sends", deliveries: "email.deliveries", engagements: "email.engagements" },
    ports,
    settings: createSettingsLookup(defaultSettings),
    schemas: { get: () => undefined } as never,
    log: createLogger({ service: "test", level: "silent" }),
    metrics: createJoinMetrics(registry, () => (runner.standing ? [runner.standing] : [])).task(3),
    health: health.place("join partition 3"),
    keys: null,
    now: () => performance.now(),
  });
  const run = runner.run();
  await sleep(20);
  expect(health.complaint()).toBe("join partition 3: no log yet for 0 s");
  expect(runner.standing).toBeNull();
  state.isAway = false;
  for (let tries = 0; tries < 100 && health.complaint() !== null; tries++) await sleep(20);
  expect(health.complaint()).toBeNull();
  expect(runner.standing).toMatchObject({ partition: 3, committed: null, messages: 0 });
  expect(await registry.metrics()).toContain('antedate_join_take_overs_total{partition="3"} 1');
  runner.stop("drain");
  await run;
  expect(runner.standing).toBeNull();
});
