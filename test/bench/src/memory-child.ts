// Fills a join core with so many open messages, then another one: prints what `memory` shows, as one line of JSON.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJoinCore, restoreJoinCore, type CoreRecord } from "./join-core.ts";
import type { MemoryFigures } from "./memory.ts";
import { OpenTraffic } from "./open-traffic.ts";

const chunk = 20_000;
const wanted = Number(process.argv[2]);

let core = createJoinCore();
const emptyBytes = residentBytes();
let records = 0;
let pauseMsMax = 0;
feed(
  (record) => {
    const began = performance.now();
    core.take(record);
    pauseMsMax = Math.max(pauseMsMax, performance.now() - began);
    records++;
  },
  () => core.commit(),
);
const rssBytes = residentBytes();

const folder = mkdtempSync(join(tmpdir(), "antedate-memory-"));
let began = performance.now();
const snapshotStopMs = await core.keep(folder);
const snapshotMs = performance.now() - began;
core = createJoinCore();
residentBytes();
began = performance.now();
const cpu = process.cpuUsage();
core = await restoreJoinCore(folder);
const restoreMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
rmSync(folder, { recursive: true });
if (core.messageCount() !== wanted) throw new Error(`${core.messageCount()} messages were restored`);

const figures: MemoryFigures = {
  messages: wanted,
  records,
  rssBytes,
  bytesPerMessage: Math.round((rssBytes - emptyBytes) / wanted),
  snapshotMs,
  snapshotStopMs,
  restoreMs,
  restoreCpuMs: (user + system) / 1_000,
  restoredRssBytes: residentBytes(),
  pauseMsMax,
};
console.log(JSON.stringify(figures));

function feed(take: (record: CoreRecord) => void, after: () => unknown): void {
  const traffic = new OpenTraffic();
  while (traffic.messages < wanted) {
    const made = traffic.next(Math.min(chunk, wanted - traffic.messages));
    for (const record of made) take(record);
    after();
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
