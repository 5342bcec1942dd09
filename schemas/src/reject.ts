import { avroType, encodeSingleObject } from "./avro-types.ts";
import { readFrame } from "./framing.ts";
import type { RejectReason } from "./model/index.ts";

/** A rejected record or line, as the topic of rejects carries it. */
export interface Reject {
  /** The topic, or `file:NAME` for a line of a file. */
  topic: string;
  partition: number;
  /** The offset, or the line number. */
  offset: number;
  reason: RejectReason;
  raw: Buffer;
}

/** Of a rejected record's bytes so many are kept. */
export const rejectRawBytesMax: number = 64 * 1024;

/** Key and value of a reject: keyed by place, raw bytes cut at 64 KiB. */
export function encodeReject(reject: Reject): { key: string; value: Buffer } {
  const raw = reject.raw.subarray(0, rejectRawBytesMax);
  return {
    key: `${reject.topic}/${reject.partition}/${reject.offset}`,
    value: encodeSingleObject("reject", { ...reject, raw }),
  };
}

/** Null for a record that is none of ours: the topic of rejects is never a reason to stop. */
export function decodeReject(value: Buffer | null): Reject | null {
  if (value === null) return null;
  const frame = readFrame(value);
  const { type, fingerprint } = avroType("reject");
  if (frame.framing !== "single-object" || frame.fingerprint !== fingerprint) return null;
  try {
    return type.fromBuffer(value.subarray(frame.bodyStart)) as Reject;
  } catch {
    return null;
  }
}
