/**
 * Where the fields of one event are, in the order of our own schema's fields. Reused from record to record.
 *
 * Strings are the bytes that the producer wrote, also where they are no UTF-8: the view replaces nothing, which
 * `readRecord` does. The message ID is UTF-8 always, and the record's key byte for byte.
 */
export class EventView {
  /** What `start` points into: the record's own buffer, or a copy of the fields where they had to be written anew. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The part of `bytes` that is the record's: its fields are in it, and what stands around them there. */
  from = 0;
  to = 0;
  /** Strings and bytes: first byte. */
  start: Int32Array = new Int32Array(fieldsMax);
  /** Strings and bytes: how many bytes, −1 where null. */
  length: Int32Array = new Int32Array(fieldsMax);
  /** Longs, ints, booleans (0 or 1), an enum's symbol by its place in our schema; NaN where null. */
  number: Float64Array = new Float64Array(fieldsMax);
}

export const fieldsMax = 32;

// A field's place in our schema, which is its place in the view. A test holds them against the Avro files.

export const sendField = {
  event_id: 0,
  message_id: 1,
  tenant: 2,
  campaign: 3,
  source: 4,
  occurred_at: 5,
  precision_ms: 6,
  recipient_domain: 7,
  recipient_hash: 8,
  link_count: 9,
} as const;

export const deliveryField = {
  event_id: 0,
  message_id: 1,
  tenant: 2,
  source: 3,
  occurred_at: 4,
  precision_ms: 5,
  started_at: 6,
  outcome: 7,
  stage: 8,
  attempt: 9,
  smtp_code: 10,
  enhanced_code: 11,
  diagnostic: 12,
  mx_host: 13,
  mx_ip: 14,
  recipient_domain: 15,
} as const;

export const engagementField = {
  event_id: 0,
  message_id: 1,
  tenant: 2,
  source: 3,
  occurred_at: 4,
  precision_ms: 5,
  kind: 6,
  url: 7,
  link_id: 8,
  ip: 9,
  user_agent: 10,
  method: 11,
  machine_hint: 12,
  recipient_ambiguous: 13,
} as const;
