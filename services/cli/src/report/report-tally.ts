import type { EngagementRow, MessageRow } from "@antedate/schemas";
import { createCampaignTally } from "./campaign-tally.ts";
import { noCounts, sumOfCounts } from "./class-counts.ts";
import { deltaBinOf, deltaEdgesMs } from "./delta-bins.ts";
import { filterKey, groupsBy, noFilter, noGroup } from "./group-tally.ts";
import { createScannerTally } from "./scanner-tally.ts";
import type { DeltaBin, FilterFigures, GroupFigures, ReportFigures } from "./report-figures.ts";

export interface ReportTally {
  addEngagement(row: EngagementRow): void;
  addMessage(row: MessageRow): void;
  /** The figures of all rows so far, without chains: those need deliveries too. More may follow. */
  figures(): ReportFigures;
}

export interface ReportTallyOptions {
  /** Domains, filters and campaigns that are told apart, of each; later ones are counted together. */
  groupsMax?: number;
  /** Of those, how many the figures list by name. */
  listedMax?: number;
  /** Opened and clicked messages that are remembered one by one, some 150 bytes each; above it they are sampled. */
  uniquesMax?: number;
}

type Counted = Omit<
  ReportFigures,
  "deltas" | "domains" | "filters" | "campaigns" | "scanners" | "uniquesSampledOneIn" | "chains"
>;

/** Aggregates rows into the figures of a report, in any order, in memory that does not grow with their number. */
export function createReportTally(options: ReportTallyOptions = {}): ReportTally {
  const { groupsMax = 50_000, listedMax = 100, uniquesMax = 1_000_000 } = options;
  const counted = nothingCounted();
  const bins: DeltaBin[] = deltaEdgesMs.map((fromMs) => ({ fromMs, counts: noCounts() }));
  const domains = groupsBy<GroupFigures>(groupsMax, noGroup);
  const filters = groupsBy<FilterFigures>(groupsMax, noFilter);
  const campaigns = createCampaignTally({ groupsMax, uniquesMax });
  const scanners = createScannerTally(groupsMax);
  return {
    addEngagement(row) {
      counted.engagements++;
      if (row.uncertain) counted.uncertain++;
      counted.byKind[row.kind][row.class]++;
      counted.byExposure[row.exposure][row.class]++;
      if (row.delta_ms !== null) (bins[deltaBinOf(row.delta_ms)] as DeltaBin).counts[row.class]++;
      domains.of(row.recipient_domain).counts[row.class]++;
      filters.of(filterKey(row)).counts[row.class]++;
      campaigns.addEngagement(row);
      scanners.addEngagement(row);
    },
    addMessage(row) {
      counted.messages++;
      counted.messagesByOutcome[row.outcome]++;
      if (row.content_deferrals > 0) counted.messagesContentDeferred++;
      for (const group of [domains.of(row.recipient_domain), filters.of(filterKey(row))]) {
        group.messages++;
        if (row.outcome === "accepted") group.accepted++;
        if (row.content_deferrals > 0) group.contentDeferred++;
      }
      campaigns.addMessage(row);
    },
    figures: () =>
      structuredClone({
        ...counted,
        deltas: bins.filter(({ counts }) => sumOfCounts(counts) > 0),
        domains: domains.ranking(listedMax),
        filters: filters.ranking(listedMax),
        scanners: scanners.ranking(listedMax),
        ...campaigns.figures(listedMax),
        chains: [],
      }),
  };
}

function nothingCounted(): Counted {
  return {
    messages: 0,
    messagesByOutcome: { accepted: 0, bounced: 0, expired: 0, unknown: 0 },
    messagesContentDeferred: 0,
    engagements: 0,
    uncertain: 0,
    byKind: { open: noCounts(), click: noCounts(), unsubscribe: noCounts(), complaint: noCounts() },
    byExposure: {
      after_acceptance: noCounts(),
      in_transaction: noCounts(),
      after_deferral: noCounts(),
      after_rejection: noCounts(),
      unknown: noCounts(),
      not_exposed: noCounts(),
    },
  };
}
