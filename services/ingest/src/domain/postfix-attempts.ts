import type { DeliveryOutcome } from "@antedate/schemas/model";
import type { EventIds } from "./event-ids.ts";
import { identifyMessage } from "./message-identity.ts";
import { ignored, event, rejected, type ParsedLine, type SourceOptions } from "./parsed-line.ts";
import { attemptDelivery, expiredDelivery, type DeliveryOrigin } from "./postfix-delivery.ts";
import { readDeliveryLine, type DeliveryLine } from "./postfix-delivery-line.ts";
import type { PostfixEntry } from "./postfix-line.ts";
import type { PostfixQueue, QueuedMessage, QueuedRecipient } from "./postfix-queue.ts";
import { whyNoAttempt } from "./postfix-no-attempt.ts";
import { stageOf } from "./postfix-stage.ts";

export interface PostfixAttemptsOptions extends SourceOptions {
  queue: PostfixQueue;
  eventIds: EventIds;
}

export interface PostfixAttempts {
  /** Says what a line about a message's delivery became. */
  read(entry: PostfixEntry, message: QueuedMessage): ParsedLine[];
  /** Says the same of a line whose message is not known. */
  readOrphan(entry: PostfixEntry): ParsedLine;
}

const outcomeOfStatus: ReadonlyMap<string, DeliveryOutcome> = new Map([
  ["sent", "accepted"],
  ["deferred", "deferred"],
  ["SOFTBOUNCE", "deferred"],
  ["bounced", "bounced"],
  ["expired", "expired"],
  ["force-expired", "expired"],
]);
/** What the remembered answers of earlier hosts are good for ends with their attempt. */
const earlierRepliesMax = 32;

/**
 * Turns delivery lines into Delivery events. The recipient is that of `orig_to=` where Postfix rewrote it and the first
 * one is a whole address: it is what the application handed in, and so what the send has. An alias of several
 * mailboxes gives several deliveries of one message.
 */
export function createPostfixAttempts(options: PostfixAttemptsOptions): PostfixAttempts {
  function read(entry: PostfixEntry, message: QueuedMessage): ParsedLine[] {
    const { rest, daemon, id } = entry.line;
    if (message.notice || (!message.submitted && isMadeByPostfix(message.messageId, id))) {
      return [ignored(entry.number, "Postfix's own notice")];
    }
    if (daemon === "qmgr" && rest.startsWith("from=<")) return expire(entry, message);
    if (!rest.startsWith("to=<")) return [noteEarlierHost(entry, message)];
    const delivery = readDeliveryLine(rest);
    const outcome = outcomeOfStatus.get(delivery?.status ?? "");
    if (delivery === null || outcome === undefined) return [withoutOutcome(entry, delivery)];
    if (message.messageId === null) return [withoutMessageId(entry, delivery)];
    const identity = identifyMessage(options, message.messageId, recipientOf(delivery));
    if (identity === null) return [ignored(entry.number, "recipient without a domain")];
    const { message_id, recipient_domain } = identity;
    const recipient = recipientIn(message, message_id, recipient_domain);
    recipient.done ||= outcome !== "deferred";
    const why = whyNoAttempt(entry, delivery, { message, queue: options.queue });
    if (why !== null) return [ignored(entry.number, why)];
    const origin = {
      tenant: options.tenant,
      event_id: options.eventIds.next(entry.text),
      message_id,
      recipient_domain,
    };
    return [deliveryEvent(entry, attemptDelivery(entry, { message, delivery, outcome, origin }))];
  }

  /** The queue manager gives up on all recipients that are left; known are those with a delivery line before. */
  function expire(entry: PostfixEntry, message: QueuedMessage): ParsedLine[] {
    if (!expiredLine.test(entry.line.rest)) return [ignored(entry.number, "no delivery attempt")];
    if (message.messageId === null) return [rejected(entry.number, "missing_message_id", entry.text)];
    const left = [...message.recipients].filter(([, recipient]) => !recipient.done);
    if (left.length === 0) return [ignored(entry.number, "no recipient is left")];
    const lineId = options.eventIds.next(entry.text);
    return left.map(([message_id, recipient]) => {
      recipient.done = true;
      const event_id = options.digests.contentHash(`${lineId}/${message_id}`);
      const { recipient_domain } = recipient;
      const origin: DeliveryOrigin = { tenant: options.tenant, event_id, message_id, recipient_domain };
      return deliveryEvent(entry, expiredDelivery(entry, origin));
    });
  }

  function readOrphan(entry: PostfixEntry): ParsedLine {
    const { rest } = entry.line;
    if (!rest.startsWith("to=<")) {
      if (expiredLine.test(rest)) return rejected(entry.number, "missing_message_id", entry.text);
      return ignored(entry.number, "about a message whose beginning is not in the log");
    }
    const delivery = readDeliveryLine(rest);
    if (delivery === null || !outcomeOfStatus.has(delivery.status)) return withoutOutcome(entry, delivery);
    return withoutMessageId(entry, delivery);
  }

  return { read, readOrphan };
}

const expiredLine = /^from=<.*>, status=(?:force-)?expired\b/s;

type DeliveryEvent = ReturnType<typeof expiredDelivery>;

function deliveryEvent(entry: PostfixEntry, delivery: DeliveryEvent): ParsedLine {
  return event(entry.number, { input: "deliveries", event: delivery });
}

/** Without a message there is no re-injection to follow, the rest can be told from the line. */
function withoutMessageId(entry: PostfixEntry, delivery: DeliveryLine): ParsedLine {
  const why = whyNoAttempt(entry, delivery, null);
  return why === null ? rejected(entry.number, "missing_message_id", entry.text) : ignored(entry.number, why);
}

/** Address probes, the `expanded` of aliases, or a line that is cut. */
function withoutOutcome(entry: PostfixEntry, delivery: DeliveryLine | null): ParsedLine {
  const known = delivery !== null && /^(?:un)?deliverable$|^expanded$|^forwarded$/.test(delivery.status);
  return known ? ignored(entry.number, "no delivery attempt") : rejected(entry.number, "undecodable", entry.text);
}

/** A line without `to=` is an earlier MX host of the same attempt: it has no Delivery of its own, but its stage counts. */
function noteEarlierHost(entry: PostfixEntry, message: QueuedMessage): ParsedLine {
  const stage = stageOf(entry.line.rest);
  if (stage === null) return ignored(entry.number, "no delivery attempt");
  message.earlierReplies.push({ pid: entry.line.syslog.pid, atMs: entry.time.ms, stage });
  if (message.earlierReplies.length > earlierRepliesMax) message.earlierReplies.shift();
  return ignored(entry.number, "earlier host of the same attempt");
}

function recipientOf(delivery: DeliveryLine): string {
  return delivery.origTo?.includes("@") === true ? delivery.origTo : delivery.to;
}

function recipientIn(message: QueuedMessage, messageId: string, domain: string): QueuedRecipient {
  const known = message.recipients.get(messageId);
  if (known !== undefined) return known;
  const recipient = { recipient_domain: domain, done: false };
  message.recipients.set(messageId, recipient);
  return recipient;
}

/** Postfix makes Message-IDs of the form `date.QUEUEID@host`; where no client handed the message in, it is its own. */
function isMadeByPostfix(messageId: string | null, id: string): boolean {
  return messageId?.includes(`.${id.slice(id.lastIndexOf(" ") + 1)}@`) ?? false;
}
