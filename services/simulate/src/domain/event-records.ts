import type { Delivery, Engagement, Send } from "@antedate/schemas/model";
import type { Attempt, DeliveryStory } from "./attempt.ts";
import { stamped, type Clock } from "./clock.ts";
import type { Message } from "./message.ts";
import { urlOf, type Request } from "./request.ts";

/** A record and the true time of what it tells. */
export interface TimedRecord<Record> {
  at: number;
  record: Record;
}

/** The send as its sender's application writes it. */
export function sendRecord(message: Message, clock: Clock): TimedRecord<Send> {
  const { id, token, tenant, campaign, sender, domain, recipientHash, linkCount, sentAt } = message;
  const record = {
    event_id: `${token}-s`,
    message_id: id,
    tenant,
    campaign,
    source: sender.source,
    occurred_at: stamped(sentAt, clock),
    precision_ms: clock.precisionMs,
    recipient_domain: domain.name,
    recipient_hash: recipientHash,
    link_count: linkCount,
  };
  return { at: sentAt, record };
}

/** One record per attempt, and one where the sender gave up. */
export function deliveryRecords(
  message: Message,
  { attempts, expiredAt }: DeliveryStory,
  clock: Clock,
): TimedRecord<Delivery>[] {
  const records = attempts.map((attempt, index) => ({
    at: attempt.repliedAt,
    record: attemptRecord(message, attempt, index + 1, clock),
  }));
  const last = attempts.at(-1);
  if (expiredAt === null || last === undefined) return records;
  const expired: Delivery = {
    ...attemptRecord(message, { ...last, repliedAt: expiredAt }, attempts.length, clock),
    event_id: `${message.token}-x`,
    started_at: null,
    outcome: "expired",
    attempt: null,
    diagnostic: "giving up: delivery temporarily suspended for too long",
  };
  return [...records, { at: expiredAt, record: expired }];
}

function attemptRecord(message: Message, attempt: Attempt, ordinal: number, clock: Clock): Delivery {
  const { id, token, tenant, sender, domain } = message;
  const isReached = attempt.stage !== "connect";
  const isPlain = sender.saysStage || attempt.outcome === "accepted";
  return {
    event_id: `${token}-d${ordinal}`,
    message_id: id,
    tenant,
    source: sender.source,
    occurred_at: stamped(attempt.repliedAt, clock),
    precision_ms: clock.precisionMs,
    started_at: sender.saysStart ? stamped(attempt.startedAt, clock) : null,
    outcome: attempt.outcome,
    stage: isPlain ? attempt.stage : "unknown",
    attempt: sender.saysStage ? ordinal : null,
    smtp_code: attempt.smtpCode,
    enhanced_code: attempt.enhancedCode,
    diagnostic: attempt.diagnostic,
    mx_host: isReached ? domain.mxHost : null,
    mx_ip: isReached ? domain.mxIp : null,
    recipient_domain: domain.name,
  };
}

/** A request as the tracker or the sending service reports it. */
export function engagementRecord(
  message: Message,
  request: Request,
  ordinal: number,
  { source, clock }: { source: string; clock: Clock },
): TimedRecord<Engagement> {
  const { id, token, tenant } = message;
  const record = {
    event_id: `${token}-e${ordinal}`,
    message_id: id,
    tenant,
    source,
    occurred_at: stamped(request.at, clock),
    precision_ms: clock.precisionMs,
    kind: request.kind,
    url: urlOf(tenant, token, request),
    link_id: request.link === null ? null : String(request.link),
    ip: request.ip,
    user_agent: request.userAgent,
    method: request.method,
    machine_hint: request.machineHint,
    recipient_ambiguous: false,
  };
  return { at: request.at, record };
}
