import { createEarlyLines } from "./early-lines.ts";
import { createEventIds } from "./event-ids.ts";
import { bareMessageId } from "./message-identity.ts";
import { ignored, rejected, type LineParser, type ParsedLine, type SourceOptions } from "./parsed-line.ts";
import { createPostfixAttempts } from "./postfix-attempts.ts";
import { concernsDelivery, queueKey, readPostfixLine, type PostfixEntry } from "./postfix-line.ts";
import { createPostfixQueue } from "./postfix-queue.ts";
import { createSyslogClock, type SyslogClockOptions } from "./syslog-clock.ts";

export interface PostfixOptions extends SourceOptions, SyslogClockOptions {}

/**
 * Postfix's mail log (producers.md §11). Out come one Delivery per attempt and recipient of the smtp and lmtp clients,
 * one `bounced` per recipient whom the error service refuses, and one `expired` per recipient that is left when the
 * queue manager gives up. Kept are the messages in the queue and, for two seconds of the log's time, delivery lines that
 * stand before their message-id line.
 */
export function createPostfixParser(options: PostfixOptions): LineParser {
  const clock = createSyslogClock(options);
  const queue = createPostfixQueue();
  const early = createEarlyLines();
  const eventIds = createEventIds(options.digests.contentHash);
  const attempts = createPostfixAttempts({ ...options, queue, eventIds });

  function line(raw: string, number: number): ParsedLine[] {
    const text = raw.trimEnd();
    if (text === "") return [ignored(number, "blank line")];
    const postfix = readPostfixLine(text);
    if (postfix === "broken") return [rejected(number, "undecodable", text)];
    if (postfix === null) return [ignored(number, "not a line of Postfix")];
    const time = clock.read(postfix.syslog.stamp);
    if (time === null) return [rejected(number, "invalid_time", text)];
    const overdue = early.overdue(time.ms).map((entry) => attempts.readOrphan(entry));
    const { id } = postfix;
    if (id === null) return [...overdue, ignored(number, "no queue ID")];
    return [...overdue, ...readQueueLine({ number, text, line: { ...postfix, id }, time })];
  }

  function readQueueLine(entry: PostfixEntry): ParsedLine[] {
    const { id, rest, syslog } = entry.line;
    const nowMs = entry.time.ms;
    if (rest.startsWith("message-id=")) {
      queue.open(id, bareMessageId(rest.slice("message-id=".length)), entry);
      return [ignored(entry.number, "message-id line"), ...early.take(id).flatMap(readDelivery)];
    }
    if (/^(?:client|uid)=/.test(rest)) queue.markSubmitted(id, nowMs);
    const notice = noticeLine.exec(rest)?.[1];
    if (notice !== undefined) queue.markNotice(queueKey(syslog.host, notice), nowMs);
    const known = queue.find(id, nowMs) !== undefined;
    if (rest === "removed") queue.remove(id);
    if (!concernsDelivery(entry.line)) return [ignored(entry.number, whyNotDelivery(entry))];
    if (known) return readDelivery(entry);
    early.add(entry);
    return [];
  }

  function readDelivery(entry: PostfixEntry): ParsedLine[] {
    const message = queue.find(entry.line.id, entry.time.ms);
    return message === undefined ? [attempts.readOrphan(entry)] : attempts.read(entry, message);
  }

  return { line, end: () => early.rest().map((entry) => attempts.readOrphan(entry)) };
}

/** `sender non-delivery notification: QUEUEID` and its kin name a message that Postfix made itself. */
const noticeLine = /^(?:sender|postmaster) [\w ()-]+ notification: (\w+)$/;

function whyNotDelivery({ line: { daemon, rest } }: PostfixEntry): string {
  if (daemon === "smtpd" || daemon === "cleanup" || daemon === "pickup") return "receiving, not delivering";
  return rest === "removed" ? "removed from the queue" : "no delivery attempt";
}
