import { expect, test } from "vitest";
import { Faults } from "./faults.ts";
import { diskPort, type DiskPort } from "./sim-disk.ts";
import { VirtualTime, type SimProcess } from "./virtual-time.ts";

async function acted(act: (disk: DiskPort) => Promise<void>, random: () => number, disk: SimProcess["disk"]) {
  const time = new VirtualTime();
  const faults = new Faults(time, random, Infinity);
  faults.areOn = true;
  const process: SimProcess = { name: "p", disk, isAlive: true, isFrozen: false };
  let isDone = false;
  time.schedule(0, process, "acts", () => {
    void act(diskPort(time, faults, (dying) => (dying.isAlive = false))).then(() => (isDone = true));
  });
  await time.runUntil(1_000);
  return isDone;
}

/** Rates and spans are made of it first; then it strikes at the given call. */
function strikingAt(call: number): () => number {
  let calls = 0;
  return () => (calls++ === call ? 0 : 0.999);
}

test("what a process wrote and renamed is there for its successor", async () => {
  const disk = new Map<string, Buffer>();
  const act = async (own: DiskPort): Promise<void> => {
    await own.write("a.tmp", Buffer.from("content"));
    await own.rename("a.tmp", "a");
  };
  expect(await acted(act, () => 0.999, disk)).toBe(true);
  expect([...disk]).toEqual([["a", Buffer.from("content")]]);
});

test("a process that dies in a write leaves a part of it, and never half a file under the final name", async () => {
  const left = new Set<string>();
  for (let call = 0; call < 80; call++) {
    const disk = new Map<string, Buffer>();
    const act = async (own: DiskPort): Promise<void> => {
      await own.write("a.tmp", Buffer.from("content"));
      await own.rename("a.tmp", "a");
    };
    const isDone = await acted(act, strikingAt(call), disk);
    if (disk.has("a")) expect(disk.get("a")?.toString()).toBe("content");
    if (!isDone) left.add([...disk].map(([name, bytes]) => `${name} ${bytes.length}`).join());
  }
  expect([...left].sort()).toEqual(["", "a.tmp 6", "a.tmp 7"]);
});
