import { fileURLToPath } from "node:url";
import type { BenchArguments } from "./arguments.ts";
import { runProgram } from "./run-program.ts";
import type { Report } from "./report.ts";

/** What `memory-child` prints. */
export interface MemoryFigures {
  kind: "open" | "decided";
  messages: number;
  records: number;
  rssBytes: number;
  bytesPerMessage: number;
  /** As the cores count it themselves. */
  stateBytes: number;
  snapshotMs: number;
  /** The longest stop of the join while the snapshot was taken. */
  snapshotStopMs: number;
  restoreMs: number;
  restoreCpuMs: number;
  restoredRssBytes: number;
  pauseMsMax: number;
}

const child = fileURLToPath(new URL("memory-child.js", import.meta.url));

/** What messages cost in memory, and how long a new process needs to have them again: one process for each size and kind. */
export async function benchMemory({ quick, sizes }: BenchArguments): Promise<Report> {
  const wanted = sizes ?? (quick ? [200_000] : [1_000_000, 5_000_000, 10_000_000, 20_000_000]);
  const figures: (MemoryFigures | Failed)[] = [];
  for (const kind of ["decided", "open"] as const) {
    for (const messages of wanted) {
      console.error(`Measuring ${messages.toLocaleString("en-US")} messages, ${kind}.`);
      figures.push(await measure(messages, kind));
    }
  }
  return {
    title: "Messages in the memory of 4 tasks; one process for each size",
    columns: [
      "messages",
      "",
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
        ? [each.messages, each.kind, null, null, null, null, null, null, null, null, null]
        : [
            each.messages,
            each.kind,
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
      "Decided: a send, deferrals for 30 %, an acceptance, engagement for 90 %: what a task remembers of most mail. Open: a send, " +
        "deferrals for 30 % and parked engagement for 20 %, ID and parked bytes in memory: what waits for its outcome.",
      "bytes/message is resident memory after a collection less that of the empty process, parked engagement included.",
      "Longest call: one record. Restore: from the snapshot's files, as a new process does. The records since it come on top.",
      ...figures.flatMap((each) => ("failed" in each ? [`${each.messages} ${each.kind}: ${each.failed}`] : [])),
    ],
  };
}

interface Failed {
  kind: "open" | "decided";
  messages: number;
  failed: string;
}

async function measure(messages: number, kind: "open" | "decided"): Promise<MemoryFigures | Failed> {
  try {
    const flags = ["--expose-gc", "--max-old-space-size=20000", child, String(messages), kind];
    return await runProgram<MemoryFigures>(process.execPath, flags, 60 * 60_000);
  } catch (error) {
    return { kind, messages, failed: (error as Error).message.split("\n")[0]?.slice(0, 200) ?? "" };
  }
}
