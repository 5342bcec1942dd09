import type { Delivery, DeliveryOutcome, Stage } from "@antedate/schemas/model";
import { maskAddresses } from "./mask-addresses.ts";
import { attemptLengthMs } from "./postfix-delays.ts";
import type { DeliveryLine } from "./postfix-delivery-line.ts";
import type { PostfixEntry } from "./postfix-line.ts";
import type { QueuedMessage } from "./postfix-queue.ts";
import { relayOf } from "./postfix-relay.ts";
import { furthestStage, stageOf } from "./postfix-stage.ts";

/** What a Delivery has from its message. */
export type DeliveryOrigin = Pick<Delivery, "event_id" | "message_id" | "tenant" | "recipient_domain">;

/** Longer replies than this are cut. */
const diagnosticCharsMax = 2048;

/** The Delivery of one attempt; or of a final refusal by Postfix's own error service, which ends before any connection. */
export function attemptDelivery(
  entry: PostfixEntry,
  of: { message: QueuedMessage; delivery: DeliveryLine; outcome: DeliveryOutcome; origin: DeliveryOrigin },
): Delivery {
  const { delivery, outcome } = of;
  const wasTried = (entry.line.daemon === "smtp" || entry.line.daemon === "lmtp") && outcome !== "expired";
  const lengthMs = wasTried ? attemptLengthMs(delivery.delays) : null;
  const startedMs = lengthMs === null ? null : entry.time.ms - lengthMs;
  const relay = wasTried ? relayOf(delivery) : null;
  return {
    ...of.origin,
    ...seen(entry),
    started_at: startedMs,
    outcome,
    stage: wasTried ? stageOfAttempt(entry, of, startedMs) : outcome === "bounced" ? "connect" : "unknown",
    attempt: null,
    smtp_code: smtpCode(delivery.text),
    enhanced_code: enhancedCode(delivery.dsn),
    diagnostic: delivery.text === "" ? null : maskAddresses(delivery.text).slice(0, diagnosticCharsMax),
    mx_host: relay?.host ?? null,
    mx_ip: relay?.ip ?? null,
  };
}

/** The end of a message that Postfix gave up on. */
export function expiredDelivery(entry: PostfixEntry, origin: DeliveryOrigin): Delivery {
  return {
    ...origin,
    ...seen(entry),
    started_at: null,
    outcome: "expired",
    stage: "unknown",
    attempt: null,
    smtp_code: null,
    enhanced_code: null,
    diagnostic: "expired, returned to sender",
    mx_host: null,
    mx_ip: null,
  };
}

function seen(entry: PostfixEntry): Pick<Delivery, "source" | "occurred_at" | "precision_ms"> {
  return { source: "postfix", occurred_at: entry.time.ms, precision_ms: entry.time.precisionMs };
}

/** The furthest of the attempt's lines; they come from one process, between the attempt's beginning and its end. */
function stageOfAttempt(
  entry: PostfixEntry,
  { message, delivery, outcome }: { message: QueuedMessage; delivery: DeliveryLine; outcome: DeliveryOutcome },
  startedMs: number | null,
): Stage {
  if (outcome === "accepted") return "end_of_data";
  const earliestMs = (startedMs ?? entry.time.ms - unknownLengthMs) - entry.time.precisionMs;
  return message.earlierReplies
    .filter((reply) => reply.pid === entry.line.syslog.pid && reply.atMs >= earliestMs)
    .reduce((stage, reply) => furthestStage(stage, reply.stage), stageOf(delivery.text) ?? "unknown");
}

/** Where delays are missing, lines of the last ten minutes count as of the same attempt. */
const unknownLengthMs = 600_000;

function smtpCode(text: string): number | null {
  const code = /^(?:host \S+ (?:said|refused to talk to me): )?([2-5]\d\d)(?:[ -]|$)/.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}

function enhancedCode(dsn: string | null): string | null {
  return dsn !== null && /^[245]\.\d{1,3}\.\d{1,3}$/.test(dsn) ? dsn : null;
}
