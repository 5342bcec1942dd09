import { zeroCounters, type Commit, type EngagementRow, type Fence, type MessageRow } from "@antedate/schemas";
import { noRows, nothingStored, type LogPosition } from "../../services/sink/src/log-position.ts";

const offsets = { sends: 0, deliveries: 0, engagements: 0 };

/** The first FENCE of a log, but for the change. */
export function fenceRecord(change: Partial<Fence> = {}): Fence {
  return {
    prev: -1,
    nonce: "n",
    log_id: "log",
    cluster_id: "c",
    partition_count: 1,
    config_digest: "d",
    config: "{}",
    next_offsets: offsets,
    task_time: 0,
    ...change,
  };
}

/** A COMMIT of nothing behind that FENCE, but for the change. */
export function commitRecord(change: Partial<Commit> = {}): Commit {
  return {
    prev: 0,
    next_offsets: offsets,
    task_time: 0,
    engagements: [],
    messages: [],
    messages_began_at: [],
    parked: [],
    disposed: [],
    rejected_sends: [],
    rejected_deliveries: [],
    rejected_engagements: [],
    counters: zeroCounters(),
    parked_count: 0,
    parked_xor: 0,
    cut: false,
    ...change,
  };
}

const decidedAt = Date.UTC(2026, 10, 24);

/** A decided click on message `m`, but for the change. */
export function engagementRow(change: Partial<EngagementRow> = {}): EngagementRow {
  return {
    tenant: "t",
    campaign: "spring",
    message_id: "m",
    event_id: "e",
    kind: "click",
    class: "post_delivery",
    exposure: "after_acceptance",
    exposed_attempt: 1,
    uncertain: false,
    occurred_at: decidedAt,
    sent_at: decidedAt,
    accepted_at: null,
    delta_ms: -7,
    attempts: 1,
    deferrals: 0,
    recipient_domain: "d.example",
    recipient_hash: null,
    mx_host: null,
    filter_vendor: null,
    ip: null,
    user_agent: null,
    method: null,
    url: "https://é.example/",
    link_id: null,
    machine_hint: null,
    source: "tracker",
    recipient_ambiguous: false,
    input_offset: 0,
    ...change,
  };
}

/** The row of message `m`, but for the change. */
export function messageRow(change: Partial<MessageRow> = {}): MessageRow {
  return {
    tenant: "t",
    campaign: null,
    message_id: "m",
    recipient_domain: "d.example",
    recipient_hash: Buffer.alloc(16, 7),
    source: "app",
    sent_at: decidedAt,
    first_attempt_at: null,
    outcome: "accepted",
    accepted_at: decidedAt,
    attempts: 1,
    deferrals: 0,
    content_deferrals: 0,
    mx_host: "mx.d.example",
    filter_vendor: null,
    ...change,
  };
}

/** Where a log is read from of which nothing is stored. */
export const logBeginning: LogPosition = {
  offset: 0,
  lastValid: -1,
  logId: null,
  stored: nothingStored,
  totals: noRows,
  doubtfulTo: -1,
};
