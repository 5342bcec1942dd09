import { fileURLToPath } from "node:url";
import type { BenchArguments } from "./arguments.ts";
import { runProgram } from "./run-program.ts";
import type { Report } from "./report.ts";

/** What `memory-child` prints. */
export interface MemoryFigures {
  messages: number;
  records: number;
  rssBytes: number;
  bytesPerMessage: number;
  snapshotMs: number;
  /** The longest stop of the join while the snapshot was taken. */
  snapshotStopMs: number;
  restoreMs: number;
  restoreCpuMs: number;
  restoredRssBytes: number;
  pauseMsMax: number;
}

const child = fileURLToPath(new URL("memory-child.js", import.meta.url));

/** What open messages cost in memory, and how long a new process needs to have them again: one process for each size. */
export async function benchMemory({ quick, sizes }: BenchArguments): Promise<Report> {
  const wanted = sizes ?? (quick ? [200_000] : [1_000_000, 5_000_000, 10_000_000, 20_000_000]);
  const figures: (MemoryFigures | { messages: number; failed: string })[] = [];
  for (const messages of wanted) {
    console.error(`Measuring ${messages.toLocaleString("en-US")} open messages.`);
    figures.push(await measure(messages));
  }
  return {
    title: "Open messages: a send each, deferrals for 30 % and parked engagement for 20 %; one process for each size",
    columns: [
      "messages",
      "records",
      "RSS MB",
      "bytes/message",
      "longest call ms",
      "snapshot s",
      "longest stop ms",
      "restore s",
      "restore CPU s",
      "RSS then MB",
    ],
    rows: figures.map((each) =>
      "failed" in each
        ? [each.messages, null, null, null, null, null, null, null, null, null]
        : [
            each.messages,
            each.records,
            each.rssBytes / 1e6,
            each.bytesPerMessage,
            each.pauseMsMax,
            each.snapshotMs / 1_000,
            each.snapshotStopMs,
            each.restoreMs / 1_000,
            each.restoreCpuMs / 1_000,
            each.restoredRssBytes / 1e6,
          ],
    ),
    figures,
    notes: [
      "bytes/message is resident memory after a collection less that of the empty process, parked engagement included.",
      "Longest call: one record. Restore: from the snapshot's files, as a new process does. The records since it come on top.",
      ...figures.flatMap((each) => ("failed" in each ? [`${each.messages}: ${each.failed}`] : [])),
    ],
  };
}

async function measure(messages: number): Promise<MemoryFigures | { messages: number; failed: string }> {
  try {
    const flags = ["--expose-gc", "--max-old-space-size=20000", child, String(messages)];
    return await runProgram<MemoryFigures>(process.execPath, flags, 60 * 60_000);
  } catch (error) {
    return { messages, failed: (error as Error).message.split("\n")[0]?.slice(0, 200) ?? "" };
  }
}
