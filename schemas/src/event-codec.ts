import { encodeSingleObject } from "./avro-types.ts";
import { checkCounts } from "./bounded-counts.ts";
import { readFrame } from "./framing.ts";
import { fitsSchema, mayHoldEndlessNumber } from "./odd-numbers.ts";
import type { Delivery, Engagement, Input, InputEvent, RejectReason, Send } from "./model/index.ts";
import { valueBytesMax } from "./topics.ts";
import type { WriterSchemas } from "./writer-schemas.ts";

/** Encodes an event in single-object framing with the current schema. Throws where it does not fit. */
export function encodeEvent(input: Input, event: Send | Delivery | Engagement): Buffer {
  switch (input) {
    case "sends":
      return encodeSingleObject("send", {
        ...event,
        recipient_hash: Buffer.from((event as Send).recipient_hash),
      });
    case "deliveries":
      return encodeSingleObject("delivery", event);
    case "engagements":
      return encodeSingleObject("engagement", event);
  }
}

export interface RawRecord {
  key: Buffer | null;
  value: Buffer | null;
  /** Append time of the record, epoch milliseconds. */
  appendTime: number;
}

export type ReadRecord =
  | InputEvent
  | { rejected: RejectReason }
  /** The registry has to be asked for this schema ID first. */
  | { schemaId: number };

/** An event is in time from the first of these up to the second after its append. */
export const earliestMs: number = Date.UTC(2000, 0, 1);
export const latestAfterMs = 86_400_000;

/**
 * A Kafka record as an event, or the reason to reject it (design §4.2, Limits). Pure: the same bytes give the same
 * answer in the join and in the sink, so what one rejects the other does not store.
 */
export function readRecord(input: Input, record: RawRecord, schemas: WriterSchemas): ReadRecord {
  const { key, value } = record;
  if (value === null) return { rejected: "undecodable" };
  if (value.length > valueBytesMax) return { rejected: "too_large" };
  const frame = readFrame(value);
  if (frame.framing === "none") return { rejected: "undecodable" };
  const resolution = schemas.resolve(input, frame);
  if ("missing" in resolution) {
    return resolution.missing === "schema id" ? { schemaId: resolution.schemaId } : { rejected: "unknown_schema" };
  }
  let event: Send | Delivery | Engagement;
  try {
    if (resolution.isCounted || mayHoldEndlessNumber(value, frame.bodyStart))
      checkCounts(resolution.writer, value, frame.bodyStart);
    event = resolution.found.fromBuffer(
      value.subarray(frame.bodyStart),
      resolution.resolver ?? undefined,
    ) as typeof event;
  } catch {
    // avsc throws on truncated bytes, bytes left over and longs above 2^53: all of them no record of ours.
    return { rejected: "undecodable" };
  }
  if (!fitsSchema(resolution.found, event)) return { rejected: "undecodable" };
  const reason = invalid(event, key, record.appendTime);
  return reason ? { rejected: reason } : ({ input, event } as InputEvent);
}

function invalid(event: Send | Delivery | Engagement, key: Buffer | null, appendTime: number): RejectReason | null {
  if (event.message_id === "") return "missing_message_id";
  if (key === null || !key.equals(Buffer.from(event.message_id, "utf8"))) return "key_mismatch";
  const latest = appendTime + latestAfterMs;
  if (event.occurred_at < earliestMs || event.occurred_at > latest) return "invalid_time";
  return null;
}
