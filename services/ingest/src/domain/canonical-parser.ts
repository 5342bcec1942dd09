import {
  kinds,
  outcomes,
  stages,
  type Delivery,
  type Engagement,
  type InputEvent,
  type Send,
} from "@antedate/schemas/model";
import { readJsonFields, type FieldReader } from "./field-reader.ts";
import { maskUrl } from "./mask-url.ts";
import { event, ignored, rejected, type LineParser, type ParsedLine } from "./parsed-line.ts";

const int32 = { min: -2_147_483_648, max: 2_147_483_647 };
const precision = { min: 1, max: int32.max };
const epoch = { min: 0, max: Number.MAX_SAFE_INTEGER };

/**
 * JSON lines of the Avro fields (design §4.2), taken as they are: message IDs are composed already, bytes are hex. The kind
 * of record is told by the field `record` (Send, Delivery, Engagement, or the input's name), else by a field that only
 * that kind has: recipient_hash, outcome, kind. Fields with a default may be absent; unknown ones are rejected, as they
 * are misspelt ones. Addresses in free text are masked all the same.
 */
export function createCanonicalParser(): LineParser {
  function line(text: string, number: number): ParsedLine[] {
    if (text.trim() === "") return [ignored(number, "blank line")];
    const fields = readJsonFields(text);
    if (fields === null) return [rejected(number, "undecodable", text)];
    const record = readRecord(fields);
    if (fields.unread().length > 0) fields.refuse("undecodable");
    const problem = fields.problem;
    if (problem !== null || record === null) return [rejected(number, problem ?? "undecodable", text)];
    return [event(number, record)];
  }

  return { line, end: () => [] };
}

function readRecord(fields: FieldReader): InputEvent | null {
  const named = fields.optionalText("record") ?? recordOfFields(fields);
  switch (named ?? "none") {
    case "Send":
    case "sends":
      return { input: "sends", event: readSend(fields) };
    case "Delivery":
    case "deliveries":
      return { input: "deliveries", event: readDelivery(fields) };
    case "Engagement":
    case "engagements":
      return { input: "engagements", event: readEngagement(fields) };
    default:
      return null;
  }
}

function recordOfFields(fields: FieldReader): string | null {
  if (fields.has("outcome")) return "Delivery";
  if (fields.has("kind")) return "Engagement";
  return fields.has("recipient_hash") ? "Send" : null;
}

type Origin = Pick<Send, "event_id" | "message_id" | "tenant" | "source" | "occurred_at" | "precision_ms">;

function readOrigin(fields: FieldReader): Origin {
  const messageId = fields.optionalText("message_id") ?? "";
  if (messageId === "") fields.refuse("missing_message_id");
  return {
    event_id: fields.text("event_id"),
    message_id: messageId,
    tenant: fields.text("tenant"),
    source: fields.text("source"),
    occurred_at: fields.time("occurred_at").ms,
    precision_ms: fields.integer("precision_ms", precision),
  };
}

function readSend(fields: FieldReader): Send {
  return {
    ...readOrigin(fields),
    campaign: fields.maskedText("campaign"),
    recipient_domain: readDomain(fields),
    recipient_hash: readHash(fields),
    link_count: fields.optionalInteger("link_count", int32),
  };
}

function readDelivery(fields: FieldReader): Delivery {
  return {
    ...readOrigin(fields),
    started_at: fields.optionalInteger("started_at", epoch),
    outcome: fields.symbol("outcome", outcomes),
    stage: fields.symbol("stage", stages),
    attempt: fields.optionalInteger("attempt", int32),
    smtp_code: fields.optionalInteger("smtp_code", int32),
    enhanced_code: fields.maskedText("enhanced_code"),
    diagnostic: fields.maskedText("diagnostic"),
    mx_host: fields.maskedText("mx_host"),
    mx_ip: fields.maskedText("mx_ip"),
    recipient_domain: readDomain(fields),
  };
}

function readEngagement(fields: FieldReader): Engagement {
  return {
    ...readOrigin(fields),
    kind: fields.symbol("kind", kinds),
    url: readUrl(fields),
    link_id: fields.maskedText("link_id"),
    ip: fields.maskedText("ip"),
    user_agent: fields.maskedText("user_agent"),
    method: fields.maskedText("method"),
    machine_hint: fields.maskedText("machine_hint"),
    recipient_ambiguous: fields.flag("recipient_ambiguous", false),
  };
}

function readUrl(fields: FieldReader): string | null {
  const url = fields.optionalText("url");
  return url === null ? null : maskUrl(url);
}

function readDomain(fields: FieldReader): string {
  const domain = fields.text("recipient_domain");
  if (domain.includes("@")) fields.refuse("undecodable");
  return domain.toLowerCase();
}

function readHash(fields: FieldReader): Uint8Array {
  const hex = fields.text("recipient_hash");
  if (!/^[0-9A-Fa-f]{32}$/.test(hex)) {
    fields.refuse("undecodable");
    return new Uint8Array(16);
  }
  return Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}
