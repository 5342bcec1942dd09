import avro from "avsc";
import { avroType, encodeSingleObject } from "./avro-types.ts";
import { commitPrev, walkCommit } from "./commit-walk.ts";
import { readFrame, singleObjectHeaderBytes } from "./framing.ts";
import { commitHeadBytesMax, commitTailBytes, type Commit, type Fence } from "./model/index.ts";

const longType = avro.Type.forSchema("long");

export type JoinLogRecord = { fence: Fence } | { commit: Commit };

export function encodeFence(fence: Fence): Buffer {
  return encodeSingleObject("fence", fence);
}

export function encodeCommit(commit: Commit): Buffer {
  return encodeSingleObject("commit", commit);
}

/**
 * A COMMIT made around its body where that is: `bodyBytes` bytes from `commitHeadBytesMax` of `room` on, the encoded fields
 * between `prev` and `cut` in the order of schemas/avro/commit.avsc. Gives a part of `room`.
 */
export function completeCommit(room: Uint8Array, bodyBytes: number, prev: number, cut: boolean): Buffer {
  const head = Buffer.concat([avroType("commit").header, longType.toBuffer(prev)]);
  const end = commitHeadBytesMax + bodyBytes;
  room.set(head, commitHeadBytesMax - head.length);
  room[end] = cut ? 1 : 0;
  const from = commitHeadBytesMax - head.length;
  return Buffer.from(room.buffer, room.byteOffset + from, end + commitTailBytes - from);
}

/** As `completeCommit`, around a copy of the body. */
export function encodeCommitBody(prev: number, body: Uint8Array, cut: boolean): Buffer {
  const room = new Uint8Array(commitHeadBytesMax + body.length + commitTailBytes);
  room.set(body, commitHeadBytesMax);
  return completeCommit(room, body.length, prev, cut);
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
  const found = identify(value);
  if (found === null) return null;
  if (found.name === "fence") return decodeFence(found.value);
  const commit = decodeCommit(found.value);
  return commit && { commit };
}

/** Reads the COMMIT whose body begins at `bodyStart`; null where it is none. */
export type ReadCommit<C> = (value: Buffer, bodyStart: number) => C | null;

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
    return this.takeWith(offset, value, decodeCommit);
  }

  /** As `take`, but a COMMIT that counts if it is one is read by the caller, who need not decode all of it. */
  takeWith<C>(offset: number, value: Buffer | null, read: ReadCommit<C>): { fence: Fence } | { commit: C } | null {
    const found = identify(value);
    if (found === null) return null;
    let record: { fence: Fence } | { commit: C } | null;
    if (found.name === "fence") record = decodeFence(found.value);
    else {
      if (commitPrev(found.value, singleObjectHeaderBytes) !== this.#lastValid) return null;
      const commit = read(found.value, singleObjectHeaderBytes);
      record = commit && { commit };
    }
    if (record) this.#lastValid = offset;
    return record;
  }
}

function identify(value: Buffer | null): { name: "fence" | "commit"; value: Buffer } | null {
  if (value === null) return null;
  const frame = readFrame(value);
  if (frame.framing !== "single-object") return null;
  if (frame.fingerprint === avroType("fence").fingerprint) return { name: "fence", value };
  if (frame.fingerprint === avroType("commit").fingerprint) return { name: "commit", value };
  return null;
}

function decodeFence(value: Buffer): { fence: Fence } | null {
  try {
    return { fence: avroType("fence").type.fromBuffer(value.subarray(singleObjectHeaderBytes)) as Fence };
  } catch {
    return null;
  }
}

function decodeCommit(value: Buffer): Commit | null {
  // avsc would believe the counts: it fills arrays of a crafted COMMIT until memory ends.
  if (walkCommit(value, singleObjectHeaderBytes, {}) === null) return null;
  return avroType("commit").type.fromBuffer(value.subarray(singleObjectHeaderBytes)) as Commit;
}
