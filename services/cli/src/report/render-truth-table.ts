import type { EngagementClass } from "@antedate/schemas";
import { classTable, type CountRow } from "./class-table.ts";
import { addCounts, noCounts, sumOfCounts } from "./class-counts.ts";
import { formatCount, formatShare, plainSpaces } from "./number-format.ts";
import type { ClassCounts } from "./report-figures.ts";

export interface TruthCount {
  behaviour: string;
  kind: "human" | "machine";
  class: EngagementClass;
  count: number;
}

/**
 * What became of the requests of a capture whose truth is known, for a terminal: classes by the behaviour of the
 * receiving domain and by who made the request, and in one sentence how often a person was taken for a machine.
 */
export function renderTruthTable(rows: readonly TruthCount[]): string {
  if (rows.length === 0) return "No requests to compare with the truth.\n";
  const groups = new Map<string, CountRow>();
  const totals = { human: noCounts(), machine: noCounts() };
  for (const { behaviour, kind, class: own, count } of rows) {
    const name = `${behaviour} ${kind}`;
    const group = groups.get(name) ?? { name, counts: noCounts() };
    group.counts[own] += count;
    groups.set(name, group);
    totals[kind][own] += count;
  }
  const sorted = [...groups].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group);
  const sums: CountRow[] = [
    { name: "all human", counts: totals.human },
    { name: "all machine", counts: totals.machine },
  ];
  return plainSpaces(`${verdict(totals)}\n\n${classTable("behaviour, in truth", [...sorted, ...sums])}\n`);
}

function verdict({ human, machine }: { human: ClassCounts; machine: ClassCounts }): string {
  const proven = (counts: ClassCounts): number => counts.pre_acceptance + counts.never_accepted;
  const [humans, machines] = [sumOfCounts(human), sumOfCounts(machine)];
  const near = addCounts(addCounts(noCounts(), human), machine).near_acceptance;
  return (
    `Against the truth: ${formatCount(proven(machine))} of ${formatCount(machines)} requests by machines ` +
    `(${formatShare(proven(machine), machines)}) are proven to be so, ` +
    `${formatCount(proven(human))} of ${formatCount(humans)} by people were taken for machines, ` +
    `${formatCount(near)} are too near the acceptance to tell by time alone.`
  );
}
