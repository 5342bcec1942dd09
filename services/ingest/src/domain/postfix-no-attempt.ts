import type { DeliveryLine } from "./postfix-delivery-line.ts";
import { instanceOf, queueKey, type PostfixEntry } from "./postfix-line.ts";
import type { PostfixQueue, QueuedMessage } from "./postfix-queue.ts";
import { isLoopback, isOwnRelay, relayOf } from "./postfix-relay.ts";

/**
 * Why a delivery line is no attempt at the receiver's host, or null where it is one (producers.md §11): deliveries that
 * are only put off, local ones, and content filters, which hand the message back under another queue ID. Of the error service only
 * its final refusals count: the message ends, though nobody was asked.
 */
export function whyNoAttempt(
  entry: PostfixEntry,
  delivery: DeliveryLine,
  known: { message: QueuedMessage; queue: PostfixQueue } | null,
): string | null {
  const { daemon } = entry.line;
  if (delivery.text.startsWith("delivery temporarily suspended")) return suspended;
  if (daemon === "error" || daemon === "retry") return delivery.status === "deferred" ? suspended : null;
  if (daemon === "qmgr") return delivery.status === "deferred" ? suspended : null;
  if (daemon !== "smtp" && daemon !== "lmtp") return "local delivery";
  const relay = relayOf(delivery);
  if (relay !== null && isOwnRelay(relay, daemon)) return ownHost;
  if (relay === null || known === null || !isLoopback(relay) || relay.port === "25") return null;
  return comesBack(entry, delivery, known) ? ownHost : null;
}

const suspended = "delivery suspended, no attempt";
const ownHost = "content filter or local delivery";

/** Whether the reply's queue ID is one of this very Postfix, holding the same message. Another instance is a receiver. */
function comesBack(
  entry: PostfixEntry,
  delivery: DeliveryLine,
  { message, queue }: { message: QueuedMessage; queue: PostfixQueue },
): boolean {
  const id = /\bqueued as (\w+)\)?$/.exec(delivery.text)?.[1];
  if (id === undefined) return false;
  const next = queue.find(queueKey(entry.line.syslog.host, id), entry.time.ms);
  if (next === undefined || next === message || next.messageId !== message.messageId) return false;
  return next.instance === instanceOf(entry.line.syslog.program);
}
