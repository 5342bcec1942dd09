import type { LogPlace } from "./log-summary.ts";
import type { TaskHead } from "./domain/index.ts";
import type { Identity } from "./take-over.ts";

/** Layout of snapshots and of what they name. Another one has another number and is never read as this one. */
const snapshotVersion = 1;

/** What stands at the beginning of a snapshot's file. */
export interface SnapshotHead {
  version: number;
  topic: string;
  partition: number;
  clusterId: string;
  partitionCount: number;
  logId: string;
  /** Offset of the last valid record of the join log, a COMMIT; the state is that after it. */
  logOffset: number;
  /** CRC-32C of that record: a log that was made anew has another. */
  recordCrc: number;
  rowsSinceCut: number;
  /** Files of the sealed generations, oldest first. */
  generations: string[];
  task: TaskHead;
}

/** Where a task stands in its log when a snapshot begins. */
export type SnapshotPlace = Pick<SnapshotHead, "logId" | "logOffset" | "recordCrc" | "rowsSinceCut">;

export function createHead(
  { topic, partition, clusterId, partitionCount }: Identity,
  place: SnapshotPlace,
  generations: string[],
  task: TaskHead,
): SnapshotHead {
  return { version: snapshotVersion, topic, partition, clusterId, partitionCount, ...place, generations, task };
}

/** JSON says null for what is not finite. */
export function encodeHead(head: SnapshotHead): Buffer {
  return Buffer.from(JSON.stringify(head));
}

/** Null where it is of another layout or of another task. */
export function decodeHead(bytes: Uint8Array, identity: Identity): SnapshotHead | null {
  const head = JSON.parse(Buffer.from(bytes).toString("utf8")) as SnapshotHead;
  const isOwn =
    head.version === snapshotVersion &&
    head.topic === identity.topic &&
    head.partition === identity.partition &&
    head.clusterId === identity.clusterId &&
    head.partitionCount === identity.partitionCount;
  if (!isOwn) return null;
  const { sends, deliveries, engagements } = head.task.lastAppendTimes;
  const known = (time: number | null): number => time ?? -Infinity;
  head.task.lastAppendTimes = { sends: known(sends), deliveries: known(deliveries), engagements: known(engagements) };
  return head;
}

/** Where to read the log on from. */
export function placeOf({
  logId,
  logOffset,
  rowsSinceCut,
  task,
}: Pick<SnapshotHead, "logId" | "logOffset" | "rowsSinceCut" | "task">): LogPlace {
  const { nextOffsets, taskTime, counters, parkedCount, parkedXor, windowMs } = task;
  return {
    logId,
    lastValid: logOffset,
    commit: {
      next_offsets: nextOffsets,
      task_time: taskTime,
      counters,
      parked_count: parkedCount,
      parked_xor: parkedXor,
    },
    rowsSinceCut,
    windowMs,
  };
}
