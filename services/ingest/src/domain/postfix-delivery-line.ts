/** The parts of Postfix's `to=<…>, relay=…, …, status=… (…)`. */
export interface DeliveryLine {
  to: string;
  /** The recipient before Postfix rewrote it; null where it did not. */
  origTo: string | null;
  relay: string;
  delays: string | null;
  dsn: string | null;
  status: string;
  /** What is in the parentheses: the remote host's reply, or Postfix's own words. */
  text: string;
}

/** Reads what follows the queue ID; null where the line is cut before its status. The text itself may be cut. */
export function readDeliveryLine(rest: string): DeliveryLine | null {
  const toEnd = rest.indexOf(">, ");
  if (!rest.startsWith("to=<") || toEnd < 0) return null;
  const fields = new Map<string, string>();
  field.lastIndex = toEnd + 3;
  let statusAt = field.lastIndex;
  for (let match = field.exec(rest); match !== null; match = field.exec(rest)) {
    statusAt = field.lastIndex;
    fields.set(match[1] ?? "", match[2] ?? match[3] ?? "");
  }
  const status = statusAndText.exec(rest.slice(statusAt));
  if (status === null) return null;
  const [, word = "", words = ""] = status;
  return {
    to: rest.slice(4, toEnd),
    origTo: fields.get("orig_to") ?? null,
    relay: fields.get("relay") ?? "none",
    delays: fields.get("delays") ?? null,
    dsn: fields.get("dsn") ?? null,
    status: word,
    text: words.endsWith(")") ? words.slice(0, -1) : words,
  };
}

/** No address is as long: a bracket that nothing closes must not be looked for to the line's end at each field. */
const field = /(?!status=)(\w+)=(?:<([^>]{0,512})>|([^,]*)), /y;
/** A status must be followed by its text or the line's end; one cut within the word names no status that is known. */
const statusAndText = /^status=([\w-]+)(?: \((.*))?$/s;
