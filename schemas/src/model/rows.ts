import type { EngagementClass, EngagementKind, Exposure, MessageOutcome } from "./vocabulary.ts";

// What a COMMIT of the join log carries. Place (partition, offset, row) and decided_at are not in the rows: they are
// those of the commit record itself. Times are epoch milliseconds UTC.

/** A decided engagement. */
export interface EngagementRow {
  tenant: string;
  campaign: string | null;
  message_id: string;
  event_id: string;
  kind: EngagementKind;
  class: EngagementClass;
  exposure: Exposure;
  /** Ordinal of the attempt that the exposure hangs on, 1 the first; null for `not_exposed`. */
  exposed_attempt: number | null;
  /** The other side of a class boundary is within precision plus tolerance. */
  uncertain: boolean;
  occurred_at: number;
  sent_at: number | null;
  accepted_at: number | null;
  /** occurred_at − accepted_at. */
  delta_ms: number | null;
  attempts: number;
  deferrals: number;
  recipient_domain: string;
  /** Null where no send is known. */
  recipient_hash: Uint8Array | null;
  mx_host: string | null;
  filter_vendor: string | null;
  ip: string | null;
  user_agent: string | null;
  method: string | null;
  url: string | null;
  link_id: string | null;
  machine_hint: string | null;
  source: string;
  recipient_ambiguous: boolean;
  /** Offset of the engagement in its input partition. */
  input_offset: number;
}

/** A message with a send or a delivery: the denominators. */
export interface MessageRow {
  tenant: string;
  campaign: string | null;
  message_id: string;
  recipient_domain: string;
  recipient_hash: Uint8Array | null;
  source: string;
  sent_at: number | null;
  first_attempt_at: number | null;
  outcome: MessageOutcome;
  accepted_at: number | null;
  attempts: number;
  deferrals: number;
  /** Deferrals answered at the end of DATA: the receiver had the content. */
  content_deferrals: number;
  mx_host: string | null;
  filter_vendor: string | null;
}

/** An engagement that was read and is not decided yet. */
export interface ParkedRow {
  tenant: string;
  message_id: string;
  event_id: string;
  kind: EngagementKind;
  occurred_at: number;
  url: string | null;
  link_id: string | null;
  ip: string | null;
  user_agent: string | null;
  method: string | null;
  machine_hint: string | null;
  source: string;
  recipient_ambiguous: boolean;
  input_offset: number;
}
