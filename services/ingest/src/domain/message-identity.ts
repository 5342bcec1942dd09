import type { SourceOptions } from "./parsed-line.ts";

/** One message to one recipient, without the recipient's address. */
export interface MessageIdentity {
  message_id: string;
  recipient_domain: string;
  recipient_hash: Uint8Array;
}

/**
 * `ACCOUNT/producer's ID/H`, nothing escaped (design §4.2). The same for a line of the application's send list and for
 * the mail server's log of that message: the ID without its angle brackets, the recipient trimmed and lower-cased whole.
 * Null where the recipient has no domain.
 */
export function identifyMessage(options: SourceOptions, producerId: string, recipient: string): MessageIdentity | null {
  const address = recipient.trim().toLowerCase();
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (at < 1 || domain === "" || /[\s<>"%\\]/.test(domain)) return null;
  const hash = options.digests.recipientHash(address);
  return {
    message_id: `${options.account}/${producerId}/${hash.hex}`,
    recipient_domain: domain,
    recipient_hash: hash.bytes,
  };
}

/** A Message-ID without its one pair of angle brackets; null where nothing is left. */
export function bareMessageId(text: string): string | null {
  const trimmed = text.trim();
  const bare = trimmed.startsWith("<") && trimmed.endsWith(">") ? trimmed.slice(1, -1).trim() : trimmed;
  return bare === "" ? null : bare;
}
