import avro from "avsc";
import { avroType, encodeSingleObject } from "./avro-types.ts";
import { readFrame } from "./framing.ts";
import type { Commit, Fence } from "./model/index.ts";

const longType = avro.Type.forSchema("long");

export type JoinLogRecord = { fence: Fence } | { commit: Commit };

export function encodeFence(fence: Fence): Buffer {
  return encodeSingleObject("fence", fence);
}

export function encodeCommit(commit: Commit): Buffer {
  return encodeSingleObject("commit", commit);
}

/** A COMMIT from its encoded fields between `prev` and `cut`, in the order of schemas/avro/commit.avsc. */
export function encodeCommitBody(prev: number, body: Uint8Array, cut: boolean): Buffer {
  const { header } = avroType("commit");
  return Buffer.concat([header, longType.toBuffer(prev), body, Buffer.of(cut ? 1 : 0)]);
}

/** What `encodeCommitBody` takes, as rows. Throws where it is no COMMIT's. */
export function decodeCommitBody(body: Uint8Array): Omit<Commit, "prev" | "cut"> {
  const { header, type } = avroType("commit");
  const {
    prev: _prev,
    cut: _cut,
    ...fields
  } = type.fromBuffer(encodeCommitBody(-1, body, false).subarray(header.length)) as Commit;
  return fields;
}

/** A record of the join log; null for bytes that no join of ours wrote, which readers pass over. */
export function decodeJoinLog(value: Buffer | null): JoinLogRecord | null {
  if (value === null) return null;
  const frame = readFrame(value);
  if (frame.framing !== "single-object") return null;
  const body = value.subarray(frame.bodyStart);
  const fence = avroType("fence");
  const commit = avroType("commit");
  try {
    if (frame.fingerprint === fence.fingerprint) return { fence: fence.type.fromBuffer(body) as Fence };
    if (frame.fingerprint === commit.fingerprint) return { commit: commit.type.fromBuffer(body) as Commit };
  } catch {
    return null;
  }
  return null;
}

/**
 * Which records of a join log count, read in order. One number of state covers zombies, repeats and gaps: a FENCE is
 * valid always, a COMMIT only where it names the last valid record before it.
 */
export class LogReader {
  #lastValid: number;

  /** Starts behind the given valid record, −1 at the log's beginning. */
  constructor(lastValid = -1) {
    this.#lastValid = lastValid;
  }

  get lastValid(): number {
    return this.#lastValid;
  }

  /** The record if it counts, else null. Offsets must grow. */
  take(offset: number, value: Buffer | null): JoinLogRecord | null {
    const record = decodeJoinLog(value);
    if (record === null) return null;
    if ("commit" in record && record.commit.prev !== this.#lastValid) return null;
    this.#lastValid = offset;
    return record;
  }
}
