import type {
  DeliveryOutcome,
  EngagementClass,
  EngagementKind,
  Exposure,
  MessageOutcome,
  Stage,
} from "@antedate/schemas";

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
  /** The most telling messages, one by one; few. */
  chains: ChainFigures[];
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
  /** All its engagement. */
  counts: ClassCounts;
  rawOpened: number;
  adjustedOpened: number;
  rawClicked: number;
  adjustedClicked: number;
}

/** A message that was put off with its content shown, opened or clicked, and accepted later. Times are epoch ms. */
export interface ChainFigures {
  messageId: string;
  domain: string | null;
  acceptedAt: number;
  /** `pre_acceptance` engagements. */
  before: number;
  /** Attempts up to the acceptance and engagement, by time; at one time the attempt comes first. */
  steps: ChainStep[];
  /** Engagements later than the last of `steps` that are not among them. */
  engagementsLeft: number;
}

export type ChainStep = ChainAttempt | ChainEngagement;

export interface ChainAttempt {
  what: "attempt";
  /** When its reply was read. */
  at: number;
  startedAt: number | null;
  /** 1 is the first. */
  ordinal: number;
  outcome: Exclude<DeliveryOutcome, "expired">;
  stage: Stage;
  smtpCode: number | null;
  /** The log's own words, cut where they are very long. */
  diagnostic: string | null;
  mxHost: string | null;
}

export interface ChainEngagement {
  what: "engagement";
  at: number;
  kind: EngagementKind;
  class: EngagementClass;
  exposure: Exposure;
  exposedAttempt: number | null;
  ip: string | null;
  /** Cut where it is very long. */
  userAgent: string | null;
}
