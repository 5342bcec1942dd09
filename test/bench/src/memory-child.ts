// Fills a join core with so many open messages, then another one: prints what `memory` shows, as one line of JSON.
import { createJoinCore, type CoreRecord } from "./join-core.ts";
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

const restoring = core.restore();
core = createJoinCore();
residentBytes();
let [restoreMs, restoreCpuMs] = [0, 0];
let began = performance.now();
let cpu = process.cpuUsage();
const resume = (): void => {
  began = performance.now();
  cpu = process.cpuUsage();
};
const pause = (): void => {
  restoreMs += performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  restoreCpuMs += (user + system) / 1_000;
};
feed((record) => restoring.take(record), pause, resume);
resume();
core = restoring.finish();
pause();
if (core.messageCount() !== wanted) throw new Error(`${core.messageCount()} messages were restored`);

const figures: MemoryFigures = {
  messages: wanted,
  records,
  rssBytes,
  bytesPerMessage: Math.round((rssBytes - emptyBytes) / wanted),
  restoreMs,
  restoreCpuMs,
  restoredRssBytes: residentBytes(),
  pauseMsMax,
};
console.log(JSON.stringify(figures));

function feed(take: (record: CoreRecord) => void, after: () => unknown, before: () => unknown = () => {}): void {
  const traffic = new OpenTraffic();
  while (traffic.messages < wanted) {
    const made = traffic.next(Math.min(chunk, wanted - traffic.messages));
    before();
    for (const record of made) take(record);
    after();
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
