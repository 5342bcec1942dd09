import type { DeliveryOutcome, EngagementKind, Stage } from "./vocabulary.ts";

// Field names are those of the Avro files: one spelling from the wire to the table. Times are epoch milliseconds UTC.

export interface Send {
  event_id: string;
  message_id: string;
  tenant: string;
  campaign: string | null;
  source: string;
  occurred_at: number;
  precision_ms: number;
  recipient_domain: string;
  /** 16 bytes of the HMAC of the recipient (design §4.2). */
  recipient_hash: Uint8Array;
  link_count: number | null;
}

/** One SMTP attempt's outcome; an `expired` one ends the message without being an attempt. */
export interface Delivery {
  event_id: string;
  message_id: string;
  tenant: string;
  source: string;
  /** When the reply was read. */
  occurred_at: number;
  precision_ms: number;
  /** When the attempt began. */
  started_at: number | null;
  outcome: DeliveryOutcome;
  stage: Stage;
  attempt: number | null;
  smtp_code: number | null;
  enhanced_code: string | null;
  diagnostic: string | null;
  mx_host: string | null;
  mx_ip: string | null;
  recipient_domain: string;
}

export interface Engagement {
  event_id: string;
  message_id: string;
  tenant: string;
  source: string;
  occurred_at: number;
  precision_ms: number;
  kind: EngagementKind;
  url: string | null;
  link_id: string | null;
  ip: string | null;
  user_agent: string | null;
  method: string | null;
  /** The producer's own flag, for example `apple_mpp`. */
  machine_hint: string | null;
  recipient_ambiguous: boolean;
}

/** An event together with the input it belongs to. */
export type InputEvent =
  | { input: "sends"; event: Send }
  | { input: "deliveries"; event: Delivery }
  | { input: "engagements"; event: Engagement };
