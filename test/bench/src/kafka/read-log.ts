import { classes, exposures, inputs, LogReader, messageOutcomes, type Commit } from "@antedate/schemas";
import { prefix } from "./broker.ts";
import type { LoadedBroker } from "./loaded-broker.ts";
import type { Totals } from "./measured-process.ts";

/** What the join wrote, and when it had got how far. */
export interface LogFacts {
  totals: Totals;
  bytes: number;
  commits: number;
  /** Records passed by COMMITs, in the order of append time. */
  progress: { time: number; records: number }[];
  /** All three inputs of all partitions were passed. */
  isComplete: boolean;
}

/** Reads the whole join log after the join has ended. */
export async function readLog({ reader, partitions, ends }: LoadedBroker): Promise<LogFacts> {
  const topic = `${prefix}classified`;
  const byClass = Object.fromEntries(classes.map((name) => [name, 0]));
  const byExposure = Object.fromEntries(exposures.map((name) => [name, 0]));
  const byOutcome = Object.fromEntries(messageOutcomes.map((name) => [name, 0]));
  const steps: { time: number; records: number }[] = [];
  let [bytes, commits, parked, uncertain, isComplete] = [0, 0, 0, 0, true];
  for (let partition = 0; partition < partitions; partition++) {
    const { high } = await reader.ends(topic, partition);
    const log = new LogReader();
    let last: Commit | null = null;
    for (let offset = 0; offset < high;) {
      const { records: found, nextOffset } = await reader.read(topic, partition, offset);
      offset = nextOffset;
      for (const { offset: at, appendTime, value } of found) {
        bytes += value?.length ?? 0;
        const record = log.take(at, value);
        if (record === null || !("commit" in record)) continue;
        const { commit } = record;
        commits++;
        steps.push({ time: appendTime, records: recordsOf(commit) - (last ? recordsOf(last) : 0) });
        for (const row of commit.engagements) {
          byClass[row.class] = (byClass[row.class] ?? 0) + 1;
          byExposure[row.exposure] = (byExposure[row.exposure] ?? 0) + 1;
          if (row.uncertain) uncertain++;
        }
        for (const row of commit.messages) byOutcome[row.outcome] = (byOutcome[row.outcome] ?? 0) + 1;
        last = commit;
      }
    }
    parked += last?.parked_count ?? 0;
    for (const input of inputs) {
      const end = ends[input][partition] ?? 0;
      if (end > 0 && (last === null || last.next_offsets[input] < end)) isComplete = false;
    }
  }
  let records = 0;
  const progress = steps
    .toSorted((a, b) => a.time - b.time)
    .map((step) => ({ time: step.time, records: (records += step.records) }));
  const totals = {
    classes: classes.map((name) => byClass[name] ?? 0),
    exposures: exposures.map((name) => byExposure[name] ?? 0),
    uncertain,
    outcomes: messageOutcomes.slice(0, 3).map((name) => byOutcome[name] ?? 0),
    parked,
  };
  return { totals, bytes, commits, progress, isComplete };
}

function recordsOf({ next_offsets: next }: Commit): number {
  return next.sends + next.deliveries + next.engagements;
}
