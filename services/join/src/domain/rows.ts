import type { Engagement, EngagementRow, MessageRow, ParkedRow } from "@antedate/schemas/model";
import { classifyAccepted, type Classified } from "./classify.ts";
import { exposureOf } from "./exposure.ts";
import { filterVendor } from "./filter-vendor.ts";
import { sendFor, type Message, type ParkedEngagement, type SendFacts } from "./message.ts";
import type { SettingsLookup } from "./settings.ts";

/** The row of an engagement whose message is decided: closed, or its window at its end. */
export function engagementRow(
  message: Message,
  { event: engagement, offset, appendTime }: ParkedEngagement,
  settings: SettingsLookup,
): EngagementRow {
  const stamp = { occurredAt: engagement.occurred_at, precisionMs: Math.max(0, engagement.precision_ms) };
  const { outcome, attempts } = message;
  const send = sendFor(message, Math.max(appendTime, rowDueAt(message, settings)));
  const shared = sharedColumns(message, send);
  const classified = classify(message, stamp, shared.recipient_domain, settings);
  const acceptedIndex = outcome?.outcome === "accepted" && outcome.attempt ? attempts.indexOf(outcome.attempt) : -1;
  const exposed = exposureOf(stamp, attempts, acceptedIndex, settings.clockToleranceMs);
  return {
    tenant: send || outcome || attempts.length > 0 ? shared.tenant : engagement.tenant,
    campaign: shared.campaign,
    message_id: message.id,
    event_id: engagement.event_id,
    kind: engagement.kind,
    class: classified.class,
    exposure: exposed.exposure,
    exposed_attempt: exposed.attempt,
    uncertain: classified.uncertain,
    occurred_at: engagement.occurred_at,
    sent_at: shared.sent_at,
    accepted_at: shared.accepted_at,
    delta_ms: classified.deltaMs,
    attempts: attempts.length,
    deferrals: deferrals(message),
    recipient_domain: shared.recipient_domain,
    recipient_hash: shared.recipient_hash,
    mx_host: shared.mx_host,
    filter_vendor: shared.filter_vendor,
    ip: engagement.ip,
    user_agent: engagement.user_agent,
    method: engagement.method,
    url: engagement.url,
    link_id: engagement.link_id,
    machine_hint: engagement.machine_hint,
    source: engagement.source,
    recipient_ambiguous: engagement.recipient_ambiguous,
    input_offset: offset,
  };
}

/** The row of a message that has a send or a delivery. */
export function messageRow(message: Message, settings: SettingsLookup): MessageRow {
  const { outcome, attempts } = message;
  const send = sendFor(message, rowDueAt(message, settings));
  const first = attempts[0];
  return {
    ...sharedColumns(message, send),
    message_id: message.id,
    source: (send ?? outcome ?? first)?.source ?? "",
    first_attempt_at: first ? (first.startedAt ?? first.occurredAt) : null,
    outcome: outcome?.outcome ?? "unknown",
    attempts: attempts.length,
    deferrals: deferrals(message),
    content_deferrals: attempts.filter((a) => a.outcome === "deferred" && a.stage === "end_of_data").length,
  };
}

/** The row of an engagement that waits. */
export function parkedRow(engagement: Engagement, inputOffset: number): ParkedRow {
  return {
    tenant: engagement.tenant,
    message_id: engagement.message_id,
    event_id: engagement.event_id,
    kind: engagement.kind,
    occurred_at: engagement.occurred_at,
    url: engagement.url,
    link_id: engagement.link_id,
    ip: engagement.ip,
    user_agent: engagement.user_agent,
    method: engagement.method,
    machine_hint: engagement.machine_hint,
    source: engagement.source,
    recipient_ambiguous: engagement.recipient_ambiguous,
    input_offset: inputOffset,
  };
}

function classify(
  message: Message,
  stamp: { occurredAt: number; precisionMs: number },
  recipientDomain: string,
  settings: SettingsLookup,
): Classified {
  const { outcome } = message;
  if (!outcome) return { class: "unknown", deltaMs: null, uncertain: false };
  if (outcome.outcome !== "accepted") return { class: "never_accepted", deltaMs: null, uncertain: false };
  const band = settings.nearBandOf(recipientDomain, mxHostOf(message));
  return classifyAccepted(stamp, outcome, band, settings.clockToleranceMs);
}

/** What both rows say of a message. Tenant and domain follow the send, then the outcome, then the first attempt. */
function sharedColumns(message: Message, send: SendFacts | null) {
  const { outcome, attempts } = message;
  const mxHost = mxHostOf(message);
  const delivery = outcome ?? attempts[0];
  return {
    tenant: (send ?? delivery)?.tenant ?? "",
    campaign: send?.campaign ?? null,
    recipient_domain: send?.recipient_domain ?? delivery?.recipientDomain ?? "",
    recipient_hash: send?.recipient_hash ?? null,
    sent_at: send?.occurred_at ?? null,
    accepted_at: outcome?.outcome === "accepted" ? outcome.occurredAt : null,
    mx_host: mxHost,
    filter_vendor: filterVendor(mxHost),
  };
}

/** Until when a send serves the message's row: `send_hold` after the outcome, or the window's end. */
function rowDueAt({ outcome }: Message, settings: SettingsLookup): number {
  return outcome === null ? Infinity : outcome.appendTime + settings.waitsOf(outcome.source).sendHoldMs;
}

/** The host that gave the outcome, else the latest that an attempt names. */
function mxHostOf(message: Message): string | null {
  return message.outcome?.mxHost ?? message.attempts.findLast((attempt) => attempt.mxHost !== null)?.mxHost ?? null;
}

function deferrals(message: Message): number {
  return message.attempts.filter((attempt) => attempt.outcome === "deferred").length;
}
