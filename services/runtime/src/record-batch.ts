/** A v2 record batch as fetched, its records not decoded; `records` is decompressed. */
export interface RecordBatch {
  baseOffset: number;
  /** Offset of the batch's last record, also where compaction has taken it. */
  lastOffset: number;
  /** Records that are there: none in a transaction's marker, an aborted batch, one that compaction emptied. */
  count: number;
  isLogAppendTime: boolean;
  baseTimestamp: number;
  maxTimestamp: number;
  /** The records are in these, from `start` to `end`: the whole fetched response, or what was decompressed. */
  bytes: Buffer;
  start: number;
  end: number;
  /**
   * Codec and fault where the records cannot be decompressed, else null. The batch then has no bytes, and each offset in it
   * is a record without key and value.
   */
  unreadable: string | null;
}

const noBytes = Buffer.alloc(0);

/** Leaves of a batch what its header says. Its offsets tell how many records it has: no count may make readers miss some. */
export function takeBody(batch: RecordBatch, unreadable: string): void {
  const count = Math.max(0, batch.lastOffset - batch.baseOffset + 1);
  Object.assign(batch, { count, bytes: noBytes, start: 0, end: 0, unreadable });
}

/** A batch whose bytes are not the records that its header counts. Its checksum was right: it was written so. */
export class TornBatchError extends Error {
  readonly code = "TORN_BATCH";

  constructor(batch: RecordBatch) {
    super(`the record batch at offset ${batch.baseOffset} is no row of ${batch.count} records`);
    this.name = "TornBatchError";
  }
}
