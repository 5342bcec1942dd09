import type { Delivery, Engagement, Send } from "@antedate/schemas/model";

// Unit tests beside the code import this file by its path. A package that both sides could name would have to lie below
// `schemas`, be built and shipped with it, or make the workspaces depend on each other in a ring.

/** When the events happen that say nothing else. */
export const eventTime = 1_790_000_000_000;

/** A send of message `m`, changed as a test needs it. */
export function sendEvent(change: Partial<Send> = {}): Send {
  return {
    event_id: "s",
    message_id: "m",
    tenant: "t",
    campaign: "spring",
    source: "app",
    occurred_at: eventTime,
    precision_ms: 1,
    recipient_domain: "d.example",
    recipient_hash: new Uint8Array(16),
    link_count: null,
    ...change,
  };
}

/** A delivery record of message `m`: accepted, with nothing said that need not be. */
export function deliveryEvent(change: Partial<Delivery> = {}): Delivery {
  return {
    event_id: "d",
    message_id: "m",
    tenant: "t",
    source: "mta",
    occurred_at: eventTime,
    precision_ms: 1,
    started_at: null,
    outcome: "accepted",
    stage: "end_of_data",
    attempt: null,
    smtp_code: null,
    enhanced_code: null,
    diagnostic: null,
    mx_host: null,
    mx_ip: null,
    recipient_domain: "d.example",
    ...change,
  };
}

/** A click on message `m`, with nothing said that need not be. */
export function engagementEvent(change: Partial<Engagement> = {}): Engagement {
  return {
    event_id: "e",
    message_id: "m",
    tenant: "t",
    source: "tracker",
    occurred_at: eventTime,
    precision_ms: 1,
    kind: "click",
    url: null,
    link_id: null,
    ip: null,
    user_agent: null,
    method: null,
    machine_hint: null,
    recipient_ambiguous: false,
    ...change,
  };
}
