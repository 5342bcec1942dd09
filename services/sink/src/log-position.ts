import { FatalError, retryForever, type Logger, type PartitionReader } from "@antedate/runtime";
import { decodeJoinLog } from "@antedate/schemas";

/** Where to read a join log on, and what its reader has to know there. */
export interface LogPosition {
  offset: number;
  /** Last valid record before `offset`, −1 for none. */
  lastValid: number;
  /** Null at the log's beginning: its first FENCE names it. */
  logId: string | null;
  /** Newest log_offset that was stored in each fact table, −1 for none. */
  stored: StoredOffsets;
  /** Rows in the log before `offset`; null where its head is gone, or nobody has counted them. */
  totals: RowTotals | null;
  /** Blocks up to this offset may have been sent before, so their tokens are not trusted. */
  doubtfulTo: number;
}

export type StoredOffsets = Record<"engagements" | "messages", number>;

export type RowTotals = Record<"engagements" | "messages", number>;

export const noRows: RowTotals = { engagements: 0, messages: 0 };

export const nothingStored: StoredOffsets = { engagements: -1, messages: -1 };

type Metadata = Pick<LogPosition, "lastValid" | "stored" | "totals"> & { logId: string };

/** What the group keeps for a partition. */
export interface CommittedPosition {
  offset: number;
  metadata: string | null;
}

export function encodeMetadata(metadata: Metadata): string {
  return JSON.stringify(metadata);
}

export interface LogPlaceOptions {
  reader: PartitionReader;
  topic: string;
  partition: number;
  /** Newest log_offset of a log in each fact table of ClickHouse; null where the flow was stopped first. */
  newestOffsets(logId: string): Promise<StoredOffsets | null>;
  log: Logger;
  signal: AbortSignal;
}

/**
 * The position the group committed, where it is one of this log and ClickHouse still has what was stored then; else the
 * log's beginning. A topic that was made anew is told by the log ID of its first FENCE. Null where the flow was stopped
 * first. Throws FatalError where the log's head is gone and nothing says what came before.
 */
export async function findLogPosition(
  committed: CommittedPosition | null,
  { reader, topic, partition, newestOffsets, log, signal }: LogPlaceOptions,
): Promise<LogPosition | null> {
  const onWait = (_: number, code: string): void => log.warn({ code }, `waiting for Kafka to read ${topic}`);
  const waits = { onWait, signal };
  const { low, high } = await retryForever(() => reader.ends(topic, partition), waits);
  const first = low < high ? await retryForever(() => reader.read(topic, partition, low), waits) : null;
  const head = first?.records[0] ? decodeJoinLog(first.records[0].value) : null;
  const headLogId = head && "fence" in head ? head.fence.log_id : null;
  const known = parseMetadata(committed?.metadata ?? null);
  let doubtfulTo = -1;
  if (committed && known && committed.offset >= low && committed.offset <= high) {
    if (headLogId === null || headLogId === known.logId) {
      const newest = await newestOffsets(known.logId);
      if (newest === null) return null;
      if (has(newest, known.stored)) return { offset: committed.offset, ...known, doubtfulTo };
      log.warn(
        { stored: known.stored, newest },
        "ClickHouse lacks rows that were stored, reading the log from its beginning",
      );
      doubtfulTo = high;
    } else {
      log.warn({ was: known.logId, is: headLogId }, `${topic} was made anew, reading it from its beginning`);
    }
  }
  if (low > 0 && headLogId === null) {
    throw new FatalError(
      `${topic}/${partition} begins at offset ${low} without a FENCE, and no position in it is known whose rows ClickHouse has: restore the tables or the group's offsets, or begin a new log by recreating ${topic}.`,
    );
  }
  return {
    offset: low,
    lastValid: -1,
    logId: null,
    stored: nothingStored,
    totals: low === 0 ? noRows : null,
    doubtfulTo,
  };
}

function has(newest: StoredOffsets, stored: StoredOffsets): boolean {
  return newest.engagements >= stored.engagements && newest.messages >= stored.messages;
}

function parseMetadata(metadata: string | null): Metadata | null {
  if (metadata === null) return null;
  try {
    const { lastValid, logId, stored, totals } = JSON.parse(metadata) as { [key in keyof Metadata]?: unknown };
    if (typeof lastValid !== "number" || typeof logId !== "string") return null;
    return {
      lastValid,
      logId,
      stored: { ...nothingStored, ...(stored as Partial<StoredOffsets> | undefined) },
      totals: totals === undefined || totals === null ? null : { ...noRows, ...(totals as Partial<RowTotals>) },
    };
  } catch {
    return null;
  }
}
