import { join } from "node:path";
import { inputs } from "@antedate/schemas";
import { zeroCounts, type SimulationCounts } from "./counts.ts";
import { canonicalLine, simulateTraffic, type SimulationOptions } from "./domain/index.ts";
import { createLineFile } from "./line-file.ts";
import { enter, type RunOptions } from "./run.ts";

/** The traffic into sends.jsonl, deliveries.jsonl and engagements.jsonl of a folder that exists. */
export async function writeTrafficFiles(
  options: SimulationOptions,
  folder: string,
  run: RunOptions,
): Promise<SimulationCounts> {
  const [sends, deliveries, engagements] = inputs.map((input) => createLineFile(join(folder, `${input}.jsonl`)));
  const files = { sends, deliveries, engagements } as Record<
    (typeof inputs)[number],
    ReturnType<typeof createLineFile>
  >;
  const counts = zeroCounts();
  for (const event of simulateTraffic(options)) {
    const written = files[event.input.input].add(canonicalLine(event.input));
    if (written) await written;
    const entered = enter(event, counts, run);
    if (entered) await entered;
    if (run.signal?.aborted) break;
  }
  await Promise.all(Object.values(files).map((file) => file.close()));
  return counts;
}
