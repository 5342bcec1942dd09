import { FatalError, retryForever, type Logger, type PartitionReader } from "@antedate/runtime";
import { decodeJoinLog } from "@antedate/schemas";

/** Where to read a join log on, and what its reader has to know there. */
export interface LogPosition {
  offset: number;
  /** Last valid record before `offset`, −1 for none. */
  lastValid: number;
  /** Null at the log's beginning: its first FENCE names it. */
  logId: string | null;
}

/** What the group keeps for a partition. */
export interface CommittedPosition {
  offset: number;
  metadata: string | null;
}

export function encodeMetadata(position: { lastValid: number; logId: string }): string {
  return JSON.stringify(position);
}

/**
 * The position the group committed, where it is one of this log; else the log's beginning. A topic that was made anew is
 * told by the log ID of its first FENCE. Throws FatalError where the log's head is gone and nothing says what came before.
 */
export async function findLogPosition(
  committed: CommittedPosition | null,
  place: { reader: PartitionReader; topic: string; partition: number; log: Logger },
): Promise<LogPosition> {
  const { reader, topic, partition, log } = place;
  const onWait = (_: number, code: string): void => log.warn({ code }, `waiting for Kafka to read ${topic}`);
  const { low, high } = await retryForever(() => reader.ends(topic, partition), { onWait });
  const first = low < high ? await retryForever(() => reader.read(topic, partition, low), { onWait }) : null;
  const head = first?.messages[0] ? decodeJoinLog(first.messages[0].value) : null;
  const headLogId = head && "fence" in head ? head.fence.log_id : null;
  const known = parseMetadata(committed?.metadata ?? null);
  if (committed && known && committed.offset >= low && committed.offset <= high) {
    if (headLogId === null || headLogId === known.logId) return { offset: committed.offset, ...known };
    log.warn({ was: known.logId, is: headLogId }, `${topic} was made anew, reading it from its beginning`);
  }
  if (low > 0 && headLogId === null) {
    throw new FatalError(
      `${topic}/${partition} begins at offset ${low} without a FENCE and the group has no position in it: the sink was away for longer than the topic's retention; restore the group's offsets or begin a new log by recreating ${topic}.`,
    );
  }
  return { offset: low, lastValid: -1, logId: null };
}

function parseMetadata(metadata: string | null): { lastValid: number; logId: string } | null {
  if (metadata === null) return null;
  try {
    const { lastValid, logId } = JSON.parse(metadata) as { lastValid?: unknown; logId?: unknown };
    return typeof lastValid === "number" && typeof logId === "string" ? { lastValid, logId } : null;
  } catch {
    return null;
  }
}
