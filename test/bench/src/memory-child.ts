// Fills join cores with so many messages, open or decided, then others from their snapshots: prints what `memory` shows, as one line of JSON.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJoinCore, restoreJoinCore, type CoreRecord } from "./join-core.ts";
import type { MemoryFigures } from "./memory.ts";
import { OpenTraffic } from "./open-traffic.ts";

/** Messages to a commit, some tenths of a second's; and those that are made at once, so that little of the memory is the maker's. */
const committed = 20_000;
const chunk = 4_000;
const wanted = Number(process.argv[2]);

const kind = process.argv[3] as "open" | "decided";
/** One task's state is 4 GiB at the most. */
const tasks = 4;

let cores = Array.from({ length: tasks }, () => createJoinCore());
const emptyBytes = residentBytes();
let records = 0;
let pauseMsMax = 0;
feed();
const stateBytes = cores.reduce((sum, core) => sum + core.stateBytes(), 0);
const rssBytes = residentBytes();

const folder = mkdtempSync(join(tmpdir(), "antedate-memory-"));
const folderOf = (task: number): string => join(folder, String(task));
let began = performance.now();
const stops: number[] = [];
for (const [task, core] of cores.entries()) stops.push(await core.keep(folderOf(task)));
const snapshotMs = performance.now() - began;
cores = [];
residentBytes();
began = performance.now();
const cpu = process.cpuUsage();
for (let task = 0; task < tasks; task++) cores.push(await restoreJoinCore(folderOf(task)));
const restoreMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
rmSync(folder, { recursive: true });
const restored = cores.reduce((sum, core) => sum + core.messageCount(), 0);
if (restored !== wanted) throw new Error(`${restored} messages were restored`);

const figures: MemoryFigures = {
  kind,
  messages: wanted,
  records,
  rssBytes,
  bytesPerMessage: Math.round((rssBytes - emptyBytes) / wanted),
  stateBytes,
  snapshotMs,
  snapshotStopMs: Math.max(...stops),
  restoreMs,
  restoreCpuMs: (user + system) / 1_000,
  restoredRssBytes: residentBytes(),
  pauseMsMax,
};
console.log(JSON.stringify(figures));

function feed(): void {
  const traffic = new OpenTraffic(kind, tasks);
  while (traffic.messages < wanted) {
    const made = traffic.next(Math.min(chunk, wanted - traffic.messages));
    for (const [task, core] of cores.entries()) {
      for (const record of made[task] as CoreRecord[]) {
        const taken = performance.now();
        core.take(record.input, record);
        pauseMsMax = Math.max(pauseMsMax, performance.now() - taken);
        records++;
      }
      if (traffic.messages % committed === 0) core.commit();
    }
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
