import type { Stage } from "@antedate/schemas/model";
import { instanceOf, type PostfixEntry } from "./postfix-line.ts";

/** A recipient of a queued message. */
export interface QueuedRecipient {
  recipient_domain: string;
  /** A final status was seen. */
  done: boolean;
}

/** What an earlier MX host of a running attempt answered. */
export interface EarlierReply {
  pid: string;
  atMs: number;
  stage: Stage;
}

/** One life of a queue ID: from its message-id line on. */
export interface QueuedMessage {
  /** Without angle brackets; null where the message has none. */
  messageId: string | null;
  /** Which of a host's Postfix instances took it in. */
  instance: string;
  openedMs: number;
  lastMs: number;
  removed: boolean;
  /** A client or a local program handed it in (as opposed to Postfix itself). */
  submitted: boolean;
  /** Postfix said that it is a notice of its own. */
  notice: boolean;
  /** By message ID. */
  recipients: Map<string, QueuedRecipient>;
  earlierReplies: EarlierReply[];
}

/** The queue IDs that are live, keyed by host and ID. */
export interface PostfixQueue {
  /** A message-id line: begins a new life of the ID, since short IDs are used again. */
  open(id: string, messageId: string | null, entry: PostfixEntry): QueuedMessage;
  find(id: string, nowMs: number): QueuedMessage | undefined;
  /** A client= or uid= line, which may stand before or, in sorted logs, behind the message-id line. */
  markSubmitted(id: string, nowMs: number): void;
  /** Postfix's own notice, whose naming line may stand before its message-id line or behind it. */
  markNotice(id: string, nowMs: number): void;
  remove(id: string): void;
}

/** Lines of a removed message still belong to it for so long: in merged logs `removed` may come first. */
const lingerMs = 600_000;
/** A message without a line for so long is gone: Postfix itself gives up after 5 days. */
const idleMaxMs = 14 * 86_400_000;
const sweepEveryMs = 3_600_000;
/** Two lines of one moment, in whatever order they stand in the log. */
const momentMs = 2000;

/** Forgets removed messages after a while and idle ones after two weeks of the log's own time, so its size is that of the queue. */
export function createPostfixQueue(): PostfixQueue {
  const messages = new Map<string, QueuedMessage>();
  const marks = { submitted: new Map<string, number>(), notice: new Map<string, number>() };
  let sweptMs = 0;

  function open(id: string, messageId: string | null, entry: PostfixEntry): QueuedMessage {
    const nowMs = entry.time.ms;
    sweep(nowMs);
    const known = messages.get(id);
    if (known !== undefined && known.messageId === messageId && near(known.openedMs, nowMs)) return known;
    const message: QueuedMessage = {
      messageId,
      instance: instanceOf(entry.line.syslog.program),
      openedMs: nowMs,
      lastMs: nowMs,
      removed: false,
      submitted: marks.submitted.delete(id),
      notice: marks.notice.delete(id),
      recipients: new Map(),
      earlierReplies: [],
    };
    messages.set(id, message);
    return message;
  }

  function find(id: string, nowMs: number): QueuedMessage | undefined {
    const message = messages.get(id);
    if (message === undefined || (message.removed && nowMs - message.lastMs > lingerMs)) return undefined;
    if (!message.removed) message.lastMs = Math.max(message.lastMs, nowMs);
    return message;
  }

  function mark(kind: "submitted" | "notice", id: string, nowMs: number): void {
    const message = messages.get(id);
    if (message !== undefined && !message.removed && near(message.openedMs, nowMs)) message[kind] = true;
    else marks[kind].set(id, nowMs);
  }

  function sweep(nowMs: number): void {
    if (Math.abs(nowMs - sweptMs) < sweepEveryMs) return;
    sweptMs = nowMs;
    for (const [id, message] of messages) {
      if (nowMs - message.lastMs > (message.removed ? lingerMs : idleMaxMs)) messages.delete(id);
    }
    for (const waiting of Object.values(marks)) {
      for (const [id, atMs] of waiting) if (nowMs - atMs > sweepEveryMs) waiting.delete(id);
    }
  }

  return {
    open,
    find,
    markSubmitted: (id, nowMs) => mark("submitted", id, nowMs),
    markNotice: (id, nowMs) => mark("notice", id, nowMs),
    remove(id) {
      const message = messages.get(id);
      if (message !== undefined) message.removed = true;
    },
  };
}

function near(oneMs: number, otherMs: number): boolean {
  return Math.abs(oneMs - otherMs) <= momentMs;
}
