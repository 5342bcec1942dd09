import { expect, test } from "vitest";
import { CheckedFile, CheckedFileWriter, DamagedFile, Descriptors } from "../../services/join/src/checked-file.ts";
import { Faults } from "./faults.ts";
import { SimDisks } from "./sim-disk.ts";
import { VirtualTime, type SimProcess } from "./virtual-time.ts";

const content = Buffer.from("content ".repeat(40));

/** A process writes a file and suffers what `random` brings. Gives what is there afterwards: the content, null for no file. */
async function written(random: () => number): Promise<{ isDone: boolean; left: Buffer | "damaged" | null }> {
  const time = new VirtualTime();
  const faults = new Faults(time, random, Infinity);
  faults.areOn = true;
  const disks = new SimDisks(time, faults, (dying) => (dying.isAlive = false));
  const path = `${disks.disk("host")}/file`;
  const process: SimProcess = { name: "p", isAlive: true, isFrozen: false };
  const unmount = disks.mount();
  let isDone = false;
  const write = async (): Promise<void> => {
    const file = await CheckedFileWriter.create(path);
    await file.write(content);
    await file.end();
    isDone = true;
  };
  try {
    time.schedule(0, process, "writes", () => void write().catch(() => {}));
    await time.runUntil(1_000);
    disks.losePower("/simulated/host");
    return { isDone, left: read(path) };
  } finally {
    unmount();
  }
}

function read(path: string): Buffer | "damaged" | null {
  try {
    return Buffer.from(new CheckedFile(path, new Descriptors()).read(0, content.length));
  } catch (error) {
    return error instanceof DamagedFile ? "damaged" : null;
  }
}

/** Rates and spans are made of it first; then it strikes at the given call. */
function strikingAt(call: number): () => number {
  let calls = 0;
  return () => (calls++ === call ? 0 : 0.999);
}

test("a file that was written and synced is there for the next process, whatever power was lost", async () => {
  expect(await written(() => 0.999)).toEqual({ isDone: true, left: content });
});

test("a process that dies as it writes, or whose disk is full, leaves no file or a whole one under the name", async () => {
  const ends = new Set<string>();
  for (let call = 0; call < 90; call++) {
    const { isDone, left } = await written(strikingAt(call));
    expect(left, `struck at ${call}`).not.toBe("damaged");
    if (isDone) expect(left).toEqual(content);
    ends.add(`${isDone ? "done" : "not done"}, ${left === null ? "no file" : "whole"}`);
  }
  expect([...ends].sort()).toEqual(["done, whole", "not done, no file", "not done, whole"]);
});
