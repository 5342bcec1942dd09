import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32c, createLogger } from "@antedate/runtime";
import { expect, test } from "vitest";
import { applyTo } from "../../../test/support/drive-task.ts";
import { deliveryEvent, eventTime } from "../../../test/support/events.ts";
import { Descriptors } from "./checked-file.ts";
import { createSettingsLookup, defaultSettings, Task } from "./domain/index.ts";
import { StateFolders } from "./state-folders.ts";
import { TaskKeeper } from "./task-keeper.ts";
import type { JoinLog } from "./task-ports.ts";

const settings = createSettingsLookup({ ...defaultSettings, sendHoldMs: 0 });
const day = 86_400_000;
const slabBits = 10;
const identity = {
  topic: "email.classified",
  partition: 0,
  clusterId: "c",
  partitionCount: 1,
  config: "{}",
  configDigest: "d",
};

/** A log of records that all say the same, and a folder; each keeper is a process of its own. */
function world() {
  const folder = mkdtempSync(join(tmpdir(), "antedate-keeper-"));
  const value = Buffer.from("COMMIT");
  const writes: Promise<unknown>[] = [];
  const log: JoinLog = {
    append: () => Promise.reject(new Error("not written to")),
    ends: () => Promise.resolve({ low: 0, high: 1_000 }),
    read: (offset) => Promise.resolve({ records: [{ offset, value, appendTime: 1 }], nextOffset: offset + 1 }),
  };
  const keeper = (bits = slabBits): TaskKeeper => {
    const logger = createLogger({ service: "test", level: "silent" });
    const shared = { local: folder, shared: null, descriptors: new Descriptors(), log: logger, now: Date.now };
    const store = new StateFolders(shared);
    const seen = <T>(write: Promise<T>): Promise<T> => {
      writes.push(write);
      return write;
    };
    return new TaskKeeper({
      identity,
      store: {
        stored: (of) => store.stored(of),
        discard: (path) => store.discard(path),
        keepGeneration: (...of) => seen(store.keepGeneration(...of)),
        keepSnapshot: (...of) => seen(store.keepSnapshot(...of)),
      },
      hotMs: 1_000,
      snapshotIntervalMs: 0,
      slabBits: bits,
      log: logger,
      now: () => performance.now(),
    });
  };
  const place = { logId: "log", logOffset: 7, recordCrc: crc32c(value), rowsSinceCut: 0 };
  /** Once all is written that was begun; the keeper may begin the next then. */
  const written = async (): Promise<void> => {
    await Promise.all(writes);
    await new Promise(setImmediate);
  };
  return { folder, log, keeper, place, written };
}

/** A keeper and its task, a slab of which is sealed, when a snapshot of it is stored. */
async function stored({ keeper, place, written }: ReturnType<typeof world>): Promise<TaskKeeper> {
  const kept = keeper();
  const task = busyTask(kept);
  kept.seal(task);
  task.takePieces();
  await written();
  kept.committed(task, { place });
  await written();
  expect(kept.takeFence()).toBe(true);
  return kept;
}

/** Some 1,500 accepted messages, a slab of which is sealed a day later. */
function busyTask(keeper: TaskKeeper): Task {
  const task = new Task(settings, keeper.fresh());
  for (let offset = 0; offset < 1_500; offset++) {
    const event = deliveryEvent({ message_id: `m${offset}`, event_id: "acceptance" });
    applyTo(task, { input: "deliveries", event, offset, appendTime: eventTime + offset });
  }
  for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, eventTime + day);
  return task;
}

/** A delivery for each of the first thousand messages: most come back from their generation. */
function askForAll(task: Task): void {
  for (let index = 0; index < 1_000; index++) {
    const event = deliveryEvent({ message_id: `m${index}`, event_id: "acceptance" });
    applyTo(task, { input: "deliveries", event, offset: 1_500 + index, appendTime: eventTime + day });
  }
}

test("a task goes on from its newest snapshot, and its sealed messages come back from their files", async () => {
  const on = world();
  const first = await stored(on);
  const loaded = await on.keeper().load(on.log);
  const task = new Task(settings, loaded?.start ?? first.fresh());
  expect([task.messageCount, task.sealedCount]).toEqual([1_500 - 1_024, 1_024]);
  askForAll(task);
  expect(task.messageCount).toBe(1_500 - 24);
});

test("a file whose damage is met in the middle of a step is not started from again", async () => {
  const on = world();
  const { folder, log, keeper } = on;
  const first = await stored(on);
  const sealed = join(folder, readdirSync(folder).find((name) => name.endsWith(".sealed")) as string);
  const bytes = readFileSync(sealed);
  bytes.writeUInt8(bytes.readUInt8(40_000) ^ 1, 40_000);
  writeFileSync(sealed, bytes);
  const second = keeper();
  const loaded = await second.load(log);
  const met = (): unknown => {
    try {
      return askForAll(new Task(settings, loaded?.start ?? first.fresh()));
    } catch (error) {
      return error;
    }
  };
  const error = met();
  expect(error).toMatchObject({ code: "DAMAGED_FILE", path: sealed });
  await second.failed(error);
  expect(await keeper().load(log)).toBeNull();
});

test("a snapshot whose slabs are of another size is passed over", async () => {
  const on = world();
  await stored(on);
  expect(await on.keeper(slabBits - 1).load(on.log)).toBeNull();
  expect(await on.keeper(slabBits + 1).load(on.log)).toBeNull();
});

test("a log that gives nothing this time says nothing about a snapshot: the start is tried again", async () => {
  const on = world();
  await stored(on);
  const silent: JoinLog = { ...on.log, read: (offset) => Promise.resolve({ records: [], nextOffset: offset }) };
  await expect(on.keeper().load(silent)).rejects.toMatchObject({ code: "NOTHING_READ" });
  expect(await on.keeper().load(on.log)).not.toBeNull();
});
