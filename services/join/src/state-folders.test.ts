import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@antedate/runtime";
import { zeroCounters } from "@antedate/schemas";
import { expect, test } from "vitest";
import { Descriptors } from "./checked-file.ts";
import { MessageTable } from "./domain/index.ts";
import { createHead, type SnapshotHead } from "./snapshot-head.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { StateFolders } from "./state-folders.ts";

const identity = {
  topic: "email.classified",
  partition: 2,
  clusterId: "cluster",
  partitionCount: 4,
  config: "{}",
  configDigest: "d",
};
const day = 86_400_000;

function folders() {
  const root = mkdtempSync(join(tmpdir(), "antedate-state-"));
  const [local, shared] = [join(root, "local"), join(root, "shared")];
  const store = (now = Date.now(), own = local): SnapshotStore => {
    const log = createLogger({ service: "test", level: "silent" });
    return new StateFolders({ local: own, shared, descriptors: new Descriptors(), log, now: () => now });
  };
  return { root, local, shared, store };
}

function head(logOffset: number, generations: string[] = []): SnapshotHead {
  const zero = { sends: 0, deliveries: 0, engagements: 0 };
  const task = {
    nextOffsets: { ...zero, sends: logOffset },
    taskTime: 5,
    lastAppendTimes: { ...zero, engagements: -Infinity },
    counters: zeroCounters(),
    parkedCount: 0,
    parkedXor: 0,
    windowMs: 100,
    table: { slabBits: 2, chunks: [], slots: [0], previous: [] },
  };
  return createHead(identity, { logId: "log", logOffset, recordCrc: 7, rowsSinceCut: 0 }, generations, task);
}

/** Stores a snapshot of these parts. */
function keep(store: SnapshotStore, of: SnapshotHead, parts: string[]): Promise<void> {
  const left = parts.map((part) => Buffer.from(part));
  return store.keepSnapshot(of, () => left.shift() ?? null, identity);
}

/** Offsets of the snapshots that are there, with their first parts. */
async function stored(store: SnapshotStore, of = identity): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const snapshot of store.stored(of)) {
    found.push([snapshot.head.logOffset, Buffer.from(await snapshot.nextPart()).toString()]);
  }
  return found;
}

/** A generation with one message, and its image. */
function sealed() {
  const table = new MessageTable(0);
  for (const id of ["a", "b"]) {
    const bytes = Buffer.from(id);
    const ref = table.begin(bytes, 1, table.find(bytes));
    table.set(ref, 1);
  }
  const sealing = table.seal(2);
  if (sealing === null) throw new Error("nothing to seal");
  return sealing;
}

test("snapshots come back newest first, times that are not known as such, and the two newest are kept", async () => {
  const { store, local } = folders();
  for (const offset of [9, 10, 100, 99]) await keep(store(), head(offset), [`at ${offset}`]);
  // Each is in both folders.
  expect(await stored(store())).toEqual([
    [100, "at 100"],
    [100, "at 100"],
    [99, "at 99"],
    [99, "at 99"],
  ]);
  expect(readdirSync(local)).toHaveLength(2);
  for await (const snapshot of store().stored(identity)) expect(snapshot.head).toEqual(head(snapshot.head.logOffset));
});

test("a snapshot that is cut off, not JSON, of another layout or of another task is passed over for the one before", async () => {
  const { store, local, shared } = folders();
  await keep(store(), head(1), ["first"]);
  await keep(store(), head(2), ["second"]);
  rmSync(shared, { recursive: true });
  const newest = join(local, readdirSync(local).sort().at(-1) as string);
  const whole = readFileSync(newest);
  writeFileSync(newest, whole.subarray(0, whole.length - 9));
  expect(await stored(store())).toEqual([[1, "first"]]);
  const garbled = Buffer.from(whole);
  garbled.write("x", 20);
  writeFileSync(newest, garbled);
  expect(await stored(store())).toEqual([[1, "first"]]);
  writeFileSync(newest, whole);
  expect(await stored(store(), { ...identity, clusterId: "another" })).toEqual([]);
  expect(await stored(store(), { ...identity, partition: 3 })).toEqual([]);
  expect(await stored(store(), { ...identity, partitionCount: 8 })).toEqual([]);
  await keep(store(), { ...head(3), version: 2 }, ["from the future"]);
  rmSync(shared, { recursive: true });
  expect(await stored(store())).toEqual([[2, "second"]]);
});

test("a snapshot whose generation is missing or damaged is passed over", async () => {
  const { store, local, shared } = folders();
  const { generation, image } = sealed();
  await keep(store(), head(1), ["without"]);
  const name = await store().keepGeneration(generation, image);
  await keep(store(), head(2, [name]), ["with"]);
  rmSync(shared, { recursive: true });
  expect(await stored(store())).toEqual([
    [2, "with"],
    [1, "without"],
  ]);
  writeFileSync(join(local, name), readFileSync(join(local, name)).subarray(9));
  expect(await stored(store())).toEqual([[1, "without"]]);
  rmSync(join(local, name));
  expect(await stored(store())).toEqual([[1, "without"]]);
});

test("a generation is read from its file as it was from memory", async () => {
  const { store } = folders();
  const { generation, image } = sealed();
  const before = new Int32Array(20);
  generation.readCell(0, before);
  await store().keepGeneration(generation, image);
  const after = new Int32Array(20);
  generation.readCell(0, after);
  expect(after).toEqual(before);
});

test("generations go with the last snapshot that names them; what nobody names yet stays for a day", async () => {
  const { store, local } = folders();
  const names: string[] = [];
  for (let index = 0; index < 4; index++) {
    const { generation, image } = sealed();
    names.push(await store().keepGeneration(generation, image));
  }
  const [first, second, third, unnamed] = names as [string, string, string, string];
  await keep(store(), head(1, [first, second]), ["1"]);
  await keep(store(), head(2, [second, third]), ["2"]);
  await keep(store(), head(3, [third]), ["3"]);
  expect(readdirSync(local)).not.toContain(first);
  expect(readdirSync(local)).toEqual(expect.arrayContaining([second, third, unnamed]));
  utimesSync(join(local, unnamed), new Date(Date.now() - 2 * day), new Date(Date.now() - 2 * day));
  await keep(store(), head(4, [third]), ["4"]);
  expect(readdirSync(local).filter((name) => name.endsWith(".sealed"))).toEqual([third]);
});

test("a folder that cannot be read holds up no start from the other", async () => {
  const { root, shared, store } = folders();
  await keep(store(), head(5), ["kept"]);
  rmSync(shared, { recursive: true });
  writeFileSync(shared, "a file");
  expect(await stored(store())).toEqual([[5, "kept"]]);
  rmSync(join(root, "local"), { recursive: true });
  expect(await stored(store())).toEqual([]);
});

test("snapshots of a log that was made anew are kept although those of the log before stood further on", async () => {
  const { store, local, shared } = folders();
  for (const offset of [1_000, 1_001]) await keep(store(), head(offset), [`at ${offset}`]);
  for (const offset of [5, 6]) await keep(store(), { ...head(offset), logId: "made anew" }, [`anew at ${offset}`]);
  expect(new Set((await stored(store())).map(([, part]) => part))).toEqual(new Set(["anew at 6", "anew at 5"]));
  for (const folder of [local, shared]) expect(readdirSync(folder)).toHaveLength(2);
});

test("of a machine's own snapshots and those that others left in the shared folder, the newest is started from", async () => {
  const { root, store } = folders();
  const here = join(root, "here");
  await keep(store(Date.now(), here), head(5), ["old, here"]);
  await keep(store(), head(80), ["newer, elsewhere"]);
  expect(await stored(store(Date.now(), here))).toEqual([
    [80, "newer, elsewhere"],
    [5, "old, here"],
    [5, "old, here"],
  ]);
});

test("other work goes on between two generations that are opened, and between two parts that are read", async () => {
  const { store } = folders();
  const names: string[] = [];
  for (let index = 0; index < 10; index++) {
    const { generation, image } = sealed();
    names.push(await store().keepGeneration(generation, image));
  }
  await keep(store(), head(1, names), Array.from({ length: 10 }, String));
  let turns = 0;
  const count = (): void => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const snapshot = await store().stored(identity)[Symbol.asyncIterator]().next();
  expect(turns).toBeGreaterThanOrEqual(10);
  turns = 0;
  for (let part = 0; part < 10; part++) await snapshot.value?.nextPart();
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(9);
});

test("a machine that started from the shared folder has all it needs when that is away, and goes by it where its own disk is full", async () => {
  const { root, shared, store } = folders();
  const { generation, image } = sealed();
  const name = await store().keepGeneration(generation, image);
  await keep(store(), head(5, [name]), ["kept"]);
  const other = join(root, "another machine");
  expect(await stored(store(Date.now(), other))).toEqual([[5, "kept"]]);
  await keep(store(Date.now(), other), head(6, [name]), ["its own"]);
  rmSync(shared, { recursive: true });
  expect(await stored(store(Date.now(), other))).toEqual([
    [6, "its own"],
    [5, "kept"],
  ]);
  await keep(store(), head(7, [name]), ["kept"]);
  // A file where the folder would be.
  writeFileSync(join(root, "full"), "");
  expect(await stored(store(Date.now(), join(root, "full", "task")))).toEqual([[7, "kept"]]);
});

test("what processes left that died while they wrote goes when the next one starts; what is being written stays", async () => {
  const { local, store } = folders();
  await keep(store(), head(1), ["kept"]);
  writeFileSync(join(local, ".writing-dead"), "half");
  writeFileSync(join(local, ".writing-live"), "half");
  utimesSync(join(local, ".writing-dead"), new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
  await stored(store());
  expect(readdirSync(local).filter((name) => name.startsWith("."))).toEqual([".writing-live"]);
});
