import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InputEvent } from "@antedate/schemas";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalLine, defaultOptions, simulateTraffic } from "./domain/index.ts";
import { produceTraffic } from "./produce-traffic.ts";
import { createTruthFile } from "./truth-file.ts";
import { writeTrafficFiles } from "./write-files.ts";

const options = { ...defaultOptions, messages: 300, seed: 5 };
const events = [...simulateTraffic(options)];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-simulate-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

const text = async (name: string): Promise<string> => await readFile(join(folder, name), "utf8");
const truthLines = events.flatMap(({ truths }) => truths.map((truth) => `${JSON.stringify(truth)}\n`)).join("");

describe("the traffic", () => {
  test("goes into one file per input, in the order of its events, and truth into its own", async () => {
    const truth = createTruthFile(join(folder, "truth.jsonl"));
    const counts = await writeTrafficFiles(options, folder, { truth });
    await truth.close();
    for (const input of ["sends", "deliveries", "engagements"] as const) {
      const own = events.filter((event) => event.input.input === input);
      expect(await text(`${input}.jsonl`)).toBe(own.map((event) => `${canonicalLine(event.input)}\n`).join(""));
      expect(counts[input]).toBe(own.length);
    }
    expect(await text("truth.jsonl")).toBe(truthLines);
    expect(counts.messages).toBe(300);
    expect(counts.human + counts.machine + counts.pending).toBe(truthLines.split("\n").length - 1);
  });

  test("goes through produce in the same order, paced or not", async () => {
    for (const rate of [null, 20_000]) {
      const produced: InputEvent[] = [];
      const produce = (batch: readonly InputEvent[]): Promise<void> => {
        produced.push(...batch);
        return Promise.resolve();
      };
      const counts = await produceTraffic(options, { truth: null, rate, produce });
      expect(produced).toEqual(events.map(({ input }) => input));
      expect(counts.sends + counts.deliveries + counts.engagements).toBe(events.length);
    }
  });

  test("keeps the rate", async () => {
    const began = performance.now();
    const small = { ...options, messages: 20 };
    await produceTraffic(small, { truth: null, rate: 50, produce: () => Promise.resolve() });
    expect(performance.now() - began).toBeGreaterThan(380);
  });

  test("ends where it is told to", async () => {
    const stop = new AbortController();
    const produce = (): Promise<void> => Promise.resolve(stop.abort());
    const run = { truth: null, rate: null, signal: stop.signal, produce };
    const { messages } = await produceTraffic({ ...options, messages: 100_000 }, run);
    expect(messages).toBeLessThan(20_000);
  });
});
