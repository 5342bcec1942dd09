import type { EngagementRow } from "@antedate/schemas";
import { createCappedGroups } from "./capped-groups.ts";
import { deltaBinOf, deltaEdgesMs } from "./delta-bins.ts";
import type { Ranking, ScannerFigures } from "./report-figures.ts";

export interface ScannerTally {
  addEngagement(row: EngagementRow): void;
  /** So many `pre_acceptance` engagements of an address, in the bin of the delta that begins at `fromMs`. */
  add(ip: string, fromMs: number, count: number): void;
  ranking(listedMax: number): Ranking<ScannerFigures>;
}

/** Counts what came before the acceptance by address; where no address is known there is nothing to tell. */
export function createScannerTally(groupsMax: number): ScannerTally {
  const groups = createCappedGroups<ScannerFigures>({
    groupsMax,
    create: (ip) => ({ ip, before: 0, leads: [] }),
    merge: mergeScanners,
    compare: (left, right) => right.before - left.before,
  });
  const add = (ip: string, fromMs: number, count: number): void =>
    mergeScanners(groups.of(ip), { ip, before: count, leads: [{ fromMs, count }] });
  return {
    add,
    addEngagement({ class: own, ip, delta_ms: deltaMs }) {
      if (own !== "pre_acceptance" || ip === null || deltaMs === null) return;
      add(ip, deltaEdgesMs[deltaBinOf(deltaMs)] as number, 1);
    },
    ranking: (listedMax) => groups.ranking(listedMax),
  };
}

/** Adds `more` to `sum`, which it changes; the bins stay in order. */
function mergeScanners(sum: ScannerFigures, more: ScannerFigures): void {
  sum.before += more.before;
  for (const { fromMs, count } of more.leads) {
    const known = sum.leads.find((lead) => lead.fromMs === fromMs);
    if (known) known.count += count;
    else sum.leads.push({ fromMs, count });
  }
  sum.leads.sort((a, b) => a.fromMs - b.fromMs);
}

/** How long before the acceptance at least half of it came, ms: the later edge of the bin that the median is in. */
export function medianLeadMs({ before, leads }: ScannerFigures): number {
  let passed = 0;
  for (const { fromMs, count } of leads) {
    passed += count;
    if (2 * passed >= before) return -(deltaEdgesMs[deltaEdgesMs.indexOf(fromMs) + 1] ?? 0);
  }
  return 0;
}
