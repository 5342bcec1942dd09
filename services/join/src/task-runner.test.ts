import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, createTelemetry, toRecordBatch, type Telemetry } from "@antedate/runtime";
import { expect, test } from "vitest";
import { encodeCommit, encodeEvent, encodeFence, WriterSchemas } from "@antedate/schemas";
import { collectGarbage } from "../../../test/support/collect-garbage.ts";
import { commitRecord, fenceRecord } from "../../../test/support/log-records.ts";
import { applyTo } from "../../../test/support/drive-task.ts";
import { engagementEvent, eventTime } from "../../../test/support/events.ts";
import { createSettingsLookup, defaultSettings, freshStart, startFrom, Task } from "./domain/index.ts";
import { createJoinMetrics } from "./join-metrics.ts";
import { placeOf, type SnapshotHead } from "./snapshot-head.ts";
import type { TaskKeeper } from "./task-keeper.ts";
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
  return { ports, state, values };
}

function runnerOn(
  ports: TaskPorts,
  registry: Telemetry["registry"],
  health: Telemetry["health"],
  createKeeper?: () => TaskKeeper,
): TaskRunner {
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
    schemas: new WriterSchemas(),
    log: createLogger({ service: "test", level: "silent" }),
    metrics: createJoinMetrics(registry, () => (runner.standing ? [runner.standing] : [])).task(3),
    health: health.place("join partition 3"),
    keys: null,
    ...(createKeeper && { createKeeper }),
    now: () => performance.now(),
  });
  return runner;
}

test("a task without its log says so, and how it stands once it has taken it over", async () => {
  const { ports, state } = world();
  const { registry, health } = createTelemetry();
  const runner = runnerOn(ports, registry, health);
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

test("where the inputs do not reach back to the snapshot any more, the task starts from a FENCE behind it, without it", async () => {
  const { ports, state, values } = world();
  state.isAway = false;
  const fence = fenceRecord({ partition_count: 4, config: JSON.stringify({ windowMs: 60 }) });
  const read = { sends: 0, deliveries: 0, engagements: 1 };
  const later = { ...read, engagements: 5 };
  // The snapshot's engagement is decided before the second FENCE; two windows later the task has read all there is.
  values.push(
    encodeFence(fence),
    encodeCommit(commitRecord({ next_offsets: read, parked_count: 1, parked_xor: 0 })),
    encodeCommit(commitRecord({ prev: 1, next_offsets: later, disposed: [{ first: 0, count: 5 }] })),
    encodeFence({ ...fence, prev: 2, next_offsets: later }),
    encodeCommit(commitRecord({ prev: 3, next_offsets: later, task_time: 1_000_000 })),
  );
  ports.inputs.ends = () => Promise.resolve({ sends: none, deliveries: none, engagements: { low: 5, high: 5 } });
  const task = new Task(createSettingsLookup({ ...defaultSettings, windowMs: 60 }), freshStart());
  applyTo(task, { input: "engagements", event: engagementEvent({}), offset: 0, appendTime: 3 });
  task.takePieces();
  const { head, nextPart } = task.beginSnapshot();
  const load = async () => ({
    start: await startFrom(head, [], () => Promise.resolve(nextPart() as Uint8Array)),
    place: placeOf({ logId: "log", logOffset: 1, rowsSinceCut: 0, task: head } as SnapshotHead),
  });
  const keeper = { load, stop: () => {}, failed: () => Promise.resolve(), fresh: freshStart, seal: () => {} };
  const { registry, health } = createTelemetry();
  const runner = runnerOn(ports, registry, health, () => keeper as unknown as TaskKeeper);
  let failure: unknown = null;
  const run = runner.run().catch((error: unknown) => (failure = error));
  for (let tries = 0; tries < 100 && runner.standing === null && failure === null; tries++) await sleep(20);
  expect(failure).toBeNull();
  expect(runner.standing).toMatchObject({ messages: 0, committed: { parked_count: 0 } });
  runner.stop("drop");
  await run;
});

test("a task that rests holds no fetch response", async () => {
  const { ports, state } = world();
  state.isAway = false;
  const { registry, health } = createTelemetry();
  const runner = runnerOn(ports, registry, health);
  const run = runner.run();
  for (let tries = 0; tries < 100 && runner.standing === null; tries++) await sleep(20);
  const response = receiveOne(runner);
  for (let tries = 0; tries < 200 && response.deref() !== undefined; tries++) {
    await sleep(50);
    await collectGarbage();
  }
  expect(response.deref()).toBeUndefined();
  expect(runner.standing).toMatchObject({ messages: 1 });
  runner.stop("drain");
  await run;
});

function receiveOne(runner: TaskRunner): WeakRef<Uint8Array> {
  const event = engagementEvent({ message_id: "m" });
  const value = encodeEvent("engagements", event);
  const batch = toRecordBatch([{ offset: 0, appendTime: eventTime, key: Buffer.from("m"), value }]);
  // Of a buffer of its own, not of Node's pool.
  const bytes = Buffer.from(new Uint8Array(batch.bytes).buffer);
  runner.receive("email.engagements", {
    batches: [{ ...batch, bytes }],
    fetchedOffset: 0,
    nextOffset: 1,
    highWatermark: 1,
  });
  return new WeakRef(bytes);
}
