import type { EngagementRow } from "@antedate/schemas";

export interface RowPlace {
  decidedAt: number;
  logId: string;
  partition: number;
  offset: number;
  row: number;
}

/**
 * A row of `engagements` as a JSON line: the table's columns in its order, times ISO 8601 UTC with milliseconds, hashes in
 * hex, absent values null (design §4.5).
 */
export function engagementJson(row: EngagementRow, place: RowPlace): string {
  return JSON.stringify({
    tenant: row.tenant,
    campaign: row.campaign,
    message_id: row.message_id,
    event_id: row.event_id,
    kind: row.kind,
    class: row.class,
    exposure: row.exposure,
    exposed_attempt: row.exposed_attempt,
    uncertain: row.uncertain,
    occurred_at: iso(row.occurred_at),
    sent_at: iso(row.sent_at),
    accepted_at: iso(row.accepted_at),
    delta_ms: row.delta_ms,
    attempts: row.attempts,
    deferrals: row.deferrals,
    recipient_domain: row.recipient_domain,
    recipient_hash: row.recipient_hash && Buffer.from(row.recipient_hash).toString("hex"),
    mx_host: row.mx_host,
    filter_vendor: row.filter_vendor,
    ip: row.ip,
    user_agent: row.user_agent,
    method: row.method,
    url: row.url,
    link_id: row.link_id,
    machine_hint: row.machine_hint,
    source: row.source,
    recipient_ambiguous: row.recipient_ambiguous,
    decided_at: iso(place.decidedAt),
    log_id: place.logId,
    log_partition: place.partition,
    log_offset: place.offset,
    log_row: place.row,
    input_offset: row.input_offset,
  });
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
