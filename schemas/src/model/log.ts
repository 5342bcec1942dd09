import type { EngagementRow, MessageRow, ParkedRow } from "./rows.ts";
import type { Input } from "./vocabulary.ts";

/** The next offset to read of each input partition. */
export type InputOffsets = Record<Input, number>;

/** Bytes that a COMMIT may have before its body (its header and `prev`), and behind it (`cut`). */
export const commitHeadBytesMax = 20;
export const commitTailBytes = 1;

/** A new writer of the join log begins. Always valid. */
export interface Fence {
  /** Offset of the last valid record its writer knows, −1 for none. */
  prev: number;
  nonce: string;
  /** Random, made by the first FENCE of the log; kept by all later ones. */
  log_id: string;
  cluster_id: string;
  partition_count: number;
  config_digest: string;
  /** What the digest is of, JSON. */
  config: string;
  next_offsets: InputOffsets;
  task_time: number;
}

/** `count` offsets from `first` on. */
export interface OffsetRange {
  first: number;
  count: number;
}

/** Totals since the log began. The books: engagements_read = decided + duplicate + rejected + parked. */
export interface Counters {
  sends_read: number;
  deliveries_read: number;
  engagements_read: number;
  sends_rejected: number;
  deliveries_rejected: number;
  engagements_rejected: number;
  sends_duplicate: number;
  deliveries_duplicate: number;
  engagements_duplicate: number;
  sends_late: number;
  deliveries_late: number;
  contradicted: number;
  engagements_decided: number;
  messages_decided: number;
}

/** The counters of a task that has read nothing. */
export function zeroCounters(): Counters {
  return {
    sends_read: 0,
    deliveries_read: 0,
    engagements_read: 0,
    sends_rejected: 0,
    deliveries_rejected: 0,
    engagements_rejected: 0,
    sends_duplicate: 0,
    deliveries_duplicate: 0,
    engagements_duplicate: 0,
    sends_late: 0,
    deliveries_late: 0,
    contradicted: 0,
    engagements_decided: 0,
    messages_decided: 0,
  };
}

/** Inputs up to here and outputs so far. Valid if and only if `prev` is the last valid record before it. */
export interface Commit {
  prev: number;
  next_offsets: InputOffsets;
  task_time: number;
  engagements: EngagementRow[];
  messages: MessageRow[];
  /** For each of `messages` the append time at which its window began: tells the windows of one ID apart. */
  messages_began_at: number[];
  parked: ParkedRow[];
  /** Offsets of engagement decided, duplicate or rejected in this commit. */
  disposed: OffsetRange[];
  /** Offsets rejected in this commit: a replay passes them over, also where it could read them now. */
  rejected_sends: OffsetRange[];
  rejected_deliveries: OffsetRange[];
  rejected_engagements: OffsetRange[];
  counters: Counters;
  parked_count: number;
  /** XOR of the offsets of all parked engagement. */
  parked_xor: number;
  /** The sink's block ends with this commit. */
  cut: boolean;
}
