import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createBatcher } from "./batcher.ts";

describe("createBatcher", () => {
  it("writes full batches one after the other, in order, and the rest when flushed", async () => {
    const written: number[][] = [];
    let running = 0;
    const batcher = createBatcher<number>({ itemsMax: 3, ageMsMax: 60_000 }, async (batch) => {
      expect(++running).toBe(1);
      await sleep(1);
      written.push(batch);
      running--;
    });
    for (let item = 0; item < 8; item++) await batcher.add(item);
    await batcher.flush();
    expect(written).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  });

  it("writes what has waited long enough", async () => {
    const written: string[][] = [];
    const batcher = createBatcher<string>({ itemsMax: 100, ageMsMax: 5 }, async (batch) => void written.push(batch));
    await batcher.add("a");
    await sleep(40);
    expect(written).toEqual([["a"]]);
  });

  it("holds back its caller while a write goes on and the next batch is full", async () => {
    let release = (): void => undefined;
    const batcher = createBatcher<number>(
      { itemsMax: 1, ageMsMax: 60_000 },
      () => new Promise((resolve) => (release = resolve)),
    );
    await batcher.add(1);
    await sleep(1);
    let added = false;
    const second = batcher.add(2).then(() => (added = true));
    await sleep(5);
    expect(added).toBe(false);
    release();
    await second;
    release();
  });

  it("throws a failed write to whoever comes next, and writes nothing more", async () => {
    let writes = 0;
    const batcher = createBatcher<number>({ itemsMax: 1, ageMsMax: 5 }, async () => {
      writes++;
      throw new Error("broker away");
    });
    await batcher.add(1);
    await expect(batcher.flush()).rejects.toThrow("broker away");
    await expect(batcher.add(2)).rejects.toThrow("broker away");
    await expect(batcher.flush()).rejects.toThrow("broker away");
    expect(writes).toBe(1);
  });
});
