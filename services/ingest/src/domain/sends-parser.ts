import { readJsonFields } from "./field-reader.ts";
import { bareMessageId, identifyMessage } from "./message-identity.ts";
import { event, ignored, rejected, type LineParser, type ParsedLine, type SourceOptions } from "./parsed-line.ts";
import type { TokenMap } from "./token-map.ts";

export interface SendsOptions extends SourceOptions {
  /** Where to put the token of each send; null where no tracker needs it. */
  tokens: TokenMap | null;
}

const int32Max = 2_147_483_647;

/**
 * The application's send list, JSON lines: `message_id` (with or without angle brackets), `recipient`, `sent_at` (ISO
 * with a zone, or epoch milliseconds), and optionally `token`, `campaign`, `links`. Other fields are let be. The event ID
 * is the hash of what was read: a send told twice is one send.
 */
export function createSendsParser(options: SendsOptions): LineParser {
  function line(text: string, number: number): ParsedLine[] {
    if (text.trim() === "") return [ignored(number, "blank line")];
    const fields = readJsonFields(text);
    if (fields === null) return [rejected(number, "undecodable", text)];
    const producerId = bareMessageId(fields.optionalText("message_id") ?? "");
    if (producerId === null) fields.refuse("missing_message_id");
    const identity = identifyMessage(options, producerId ?? "", fields.text("recipient"));
    if (identity === null) fields.refuse("undecodable");
    const sent = fields.time("sent_at");
    const token = fields.optionalText("token");
    const campaign = fields.maskedText("campaign");
    const links = fields.optionalInteger("links", { min: 0, max: int32Max });
    const problem = fields.problem;
    if (problem !== null || identity === null) return [rejected(number, problem ?? "undecodable", text)];
    if (token !== null) options.tokens?.add(token, identity.message_id);
    const content = JSON.stringify(["send", identity.message_id, sent.ms, token, campaign, links]);
    return [
      event(number, {
        input: "sends",
        event: {
          event_id: options.digests.contentHash(content),
          message_id: identity.message_id,
          tenant: options.tenant,
          campaign,
          source: "sends",
          occurred_at: sent.ms,
          precision_ms: sent.precisionMs,
          recipient_domain: identity.recipient_domain,
          recipient_hash: identity.recipient_hash,
          link_count: links,
        },
      }),
    ];
  }

  return { line, end: () => [] };
}
