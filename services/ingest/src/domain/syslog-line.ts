/** A syslog line's parts. */
export interface SyslogLine {
  stamp: string;
  host: string;
  /** The name before the process ID, for example `postfix/smtp`. */
  program: string;
  pid: string;
  text: string;
}

/**
 * Splits a line of a syslog file: RFC 3339 or RFC 3164 stamp, with or without a priority before it. Null where there is
 * no stamp; without a program (`last message repeated 2 times`) its name is empty.
 */
export function splitSyslogLine(line: string): SyslogLine | null {
  const head = isoHead.exec(line) ?? legacyHead.exec(line);
  if (head === null) return null;
  const [, stamp = "", host = "", rest = ""] = head;
  const tag = tagged.exec(rest);
  if (tag === null) return { stamp, host, program: "", pid: "", text: rest };
  const [, program = "", pid = "", text = ""] = tag;
  return { stamp, host, program, pid, text };
}

const isoHead = /^(?:<\d{1,3}>)?(?:1 )?(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d\S*) +(\S+) +(.*)$/s;
const legacyHead = /^(?:<\d{1,3}>)?([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d\S*) +(\S+) +(.*)$/s;
/** The `[ID 197553 mail.info]` is Solaris's. */
const tagged = /^([^\s:[\]]+)(?:\[(\d+)\])?: (?:\[ID \d+ [\w.]+\] )?(.*)$/s;
