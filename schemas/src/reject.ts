import { avroType, encodeSingleObject } from "./avro-types.ts";
import { compileWalk, type Walk } from "./compiled-walk.ts";
import type { EventView, RejectReason } from "./model/index.ts";

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

/** Places of a reject's fields in a view. A test holds them against the Avro file. */
export const rejectField = { topic: 0, partition: 1, offset: 2, reason: 3, raw: 4 } as const;

let walk: Walk | null = null;

/**
 * Notes in the view where the fields of a reject are; false for a record that is none of ours, which the topic of rejects
 * may hold like any other and which is never a reason to stop. Offsets of ours are below 2^51. A length of −1 is a null value.
 */
export function readReject(bytes: Buffer, start: number, length: number, view: EventView): boolean {
  const { type, header } = avroType("reject");
  const bodyStart = start + header.length;
  if (length < header.length || header.compare(bytes, start, bodyStart) !== 0) return false;
  walk ??= compileWalk(type, type) as Walk;
  if (!walk(bytes, bodyStart, start + length, view)) return false;
  view.bytes = bytes;
  return (view.number[rejectField.partition] as number) >= 0 && (view.number[rejectField.offset] as number) >= 0;
}
