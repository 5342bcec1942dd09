import type { EngagementClass, EngagementKind, Exposure, MessageOutcome } from "@antedate/schemas";

// Plain data: JSON, whoever fills it (the tally from rows, or queries on ClickHouse).

export type ClassCounts = Record<EngagementClass, number>;

/** All that the report page and the terminal tables show. */
export interface ReportFigures {
  messages: number;
  messagesByOutcome: Record<MessageOutcome, number>;
  /** Messages that a receiver read to the end of DATA and put off. */
  messagesContentDeferred: number;
  engagements: number;
  /** Engagements so close to a class boundary that precision and clock tolerance could put them across. */
  uncertain: number;
  byKind: Record<EngagementKind, ClassCounts>;
  byExposure: Record<Exposure, ClassCounts>;
  /** Engagements with a delta, ascending, empty bins left out. */
  deltas: DeltaBin[];
  domains: Ranking<GroupFigures>;
  /** By filter vendor, else by the MX host that answered. */
  filters: Ranking<FilterFigures>;
  campaigns: Ranking<CampaignFigures>;
  /** Addresses that opened or clicked before the acceptance, the most first. */
  scanners: Ranking<ScannerFigures>;
  /** Opened and clicked messages of campaigns are counted on one message in so many; 1 is exact. */
  uniquesSampledOneIn: number;
}

/** Deltas from `fromMs`, which is one of `deltaEdgesMs`, to below the next one. */
export interface DeltaBin {
  fromMs: number;
  counts: ClassCounts;
}

/** The largest groups, and all the rest in one. */
export interface Ranking<Figures> {
  listed: Figures[];
  /** Null where everything is listed. */
  others: Figures | null;
  /** How many groups are in `others`, null where that was not counted. */
  othersCount: number | null;
}

export interface GroupFigures {
  /** Null where the rows do not say. */
  name: string | null;
  messages: number;
  accepted: number;
  contentDeferred: number;
  counts: ClassCounts;
}

export interface FilterFigures extends GroupFigures {
  namedBy: "vendor" | "mx" | null;
}

/** What one address did before the acceptance: a filter's, or that of a network it works through. */
export interface ScannerFigures {
  /** Null for the rest of the ranking. */
  ip: string | null;
  before: number;
  /** How long before, in bins of the delta, ascending. */
  leads: { fromMs: number; count: number }[];
}

/** Messages opened or clicked at least once: `raw` by anyone at any time, `adjusted` by `post_delivery` engagement only. */
export interface CampaignFigures {
  name: string | null;
  messages: number;
  accepted: number;
  rawOpened: number;
  adjustedOpened: number;
  rawClicked: number;
  adjustedClicked: number;
}
