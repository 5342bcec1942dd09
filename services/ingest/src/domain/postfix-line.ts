import type { SyslogTime } from "./syslog-clock.ts";
import { splitSyslogLine, type SyslogLine } from "./syslog-line.ts";

/** A line of a Postfix daemon about one queue ID. */
export interface PostfixLine {
  syslog: SyslogLine;
  /** The process name, for example `smtp` of `postfix-out/smtp`. */
  daemon: string;
  /** Host and queue ID, since a central log holds the queues of many hosts; null for lines without a queue ID. */
  id: string | null;
  /** What follows the queue ID, or the whole text. */
  rest: string;
}

/** A line on its way through the parser. */
export interface PostfixEntry {
  number: number;
  text: string;
  line: PostfixLine & { id: string };
  time: SyslogTime;
}

/** Null for lines of other programs, `broken` for what is no syslog line at all. */
export function readPostfixLine(text: string): PostfixLine | "broken" | null {
  const syslog = splitSyslogLine(text);
  if (syslog === null) return "broken";
  const slash = syslog.program.lastIndexOf("/");
  if (slash < 0) return null;
  const daemon = syslog.program.slice(slash + 1);
  const match = queueId.exec(syslog.text);
  if (match === null) return { syslog, daemon, id: null, rest: syslog.text };
  const [, id = "", rest = ""] = match;
  return { syslog, daemon, id: queueKey(syslog.host, id), rest };
}

export function queueKey(host: string, id: string): string {
  return `${host} ${id}`;
}

/** Whether a line may say what became of a message or of one host's try. */
export function concernsDelivery({ daemon, rest }: PostfixLine): boolean {
  if (daemon === "qmgr") return /^(?:from=<.*>, status=|to=<)/s.test(rest);
  return deliveryDaemons.has(daemon);
}

/** The instance of a multi-instance host: `postfix-out` of `postfix-out/smtp`. */
export function instanceOf(program: string): string {
  return program.slice(0, program.indexOf("/"));
}

const deliveryDaemons = new Set(["smtp", "lmtp", "error", "retry", "local", "virtual", "pipe", "discard"]);

/** Short (hexadecimal) or long (`enable_long_queue_ids`) IDs; words such as `warning` and `NOQUEUE` are none. */
const queueId = /^(?!NOQUEUE|[a-z]+:)([0-9A-Za-z]{5,32}): (.*)$/s;
