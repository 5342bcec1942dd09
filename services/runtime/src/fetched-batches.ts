import { createRequire } from "node:module";
import { compressionCodec } from "./compression-codecs.ts";
import { crc32c } from "./crc32c.ts";
import { decompressedBytesMax, type DecompressionBudget } from "./decompression-budget.ts";
import { takeBody, type RecordBatch } from "./record-batch.ts";
import { RecordCursor } from "./record-cursor.ts";

const load = createRequire(import.meta.url);

const { KafkaJSProtocolError, KafkaJSUnsupportedMagicByteInMessageSet } = load("kafkajs/src/errors") as {
  KafkaJSProtocolError: new (fault: object) => Error;
  KafkaJSUnsupportedMagicByteInMessageSet: new (sentence: string) => Error;
};

/** What stands in kafkajs's lists for a batch: as much of a message as kafkajs itself looks at, and the batch. */
export interface BatchMessage {
  /** That of the batch's last record. */
  offset: string;
  isControlRecord: false;
  batch: RecordBatch;
  /** Null where the batch belongs to no transaction. */
  transaction: { producerId: string; isAbort: boolean } | null;
}

// A batch's header, by the distance of its fields from its beginning.
const lengthAt = 8;
const magicAt = 16;
const checksumAt = 17;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const countAt = 57;
const headerBytes = 61;
/** Base offset and length, which the length does not count. */
const frameBytes = 12;
const codecMask = 0x07;
const logAppendTimeMask = 0x08;
const transactionMask = 0x10;
const controlMask = 0x20;

/**
 * The batches in a partition's part of a fetch response. A last one that the response cuts is left out, and so is all from
 * the first for which the response's budget has no room: that is fetched again. One whose checksum is not that of its
 * bytes is an error that kafkajs retries, never passed over.
 */
export async function readFetchedBatches(
  bytes: Buffer,
  start: number,
  end: number,
  budget: DecompressionBudget,
): Promise<BatchMessage[]> {
  const messages: BatchMessage[] = [];
  let at = start;
  while (end - at >= frameBytes) {
    const next = at + frameBytes + bytes.readInt32BE(at + lengthAt);
    // A broker's first batch is whole, so one that seems cut says its length wrongly.
    if (next > end && at > start) break;
    checkBatch(bytes, at, next, end);
    const message = readBatch(bytes, at, next);
    const type = bytes.readInt16BE(at + attributesAt) & codecMask;
    // One after the other: each may take as much memory as all that were read before it.
    if (type !== 0 && message.batch.count > 0 && !(await decompress(message.batch, type, budget))) break;
    messages.push(message);
    at = next;
  }
  return messages;
}

function checkBatch(bytes: Buffer, at: number, next: number, end: number): void {
  const magic = bytes[at + magicAt];
  if (magic !== undefined && magic < 2 && at + magicAt < end) {
    const sentence = `Messages of format ${magic} are not read: have the brokers write format 2.`;
    throw new KafkaJSUnsupportedMagicByteInMessageSet(sentence);
  }
  if (next - at < headerBytes || next > end) throw corrupt(bytes, at, "says another length than it has");
  if (crc32c(bytes.subarray(at + attributesAt, next)) !== bytes.readUInt32BE(at + checksumAt))
    throw corrupt(bytes, at, "has another checksum than it says");
}

function readBatch(bytes: Buffer, at: number, next: number): BatchMessage {
  const attributes = bytes.readInt16BE(at + attributesAt);
  const baseOffset = int64(bytes, at);
  const batch: RecordBatch = {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + lastOffsetDeltaAt),
    count: bytes.readInt32BE(at + countAt),
    isLogAppendTime: (attributes & logAppendTimeMask) !== 0,
    baseTimestamp: int64(bytes, at + baseTimestampAt),
    maxTimestamp: int64(bytes, at + maxTimestampAt),
    bytes,
    start: at + headerBytes,
    end: next,
    unreadable: null,
  };
  let isAbort = false;
  if ((attributes & controlMask) !== 0) {
    isAbort = isAbortMarker(batch);
    empty(batch);
  }
  const isInTransaction = (attributes & transactionMask) !== 0;
  const producerId = isInTransaction ? bytes.readBigInt64BE(at + producerIdAt).toString() : "";
  // Compaction leaves batches without a record, whose attributes may still name a codec.
  if (batch.count <= 0) empty(batch);
  return {
    offset: String(batch.lastOffset),
    isControlRecord: false,
    batch,
    transaction: isInTransaction ? { producerId, isAbort } : null,
  };
}

/** False where the batch is to be fetched again, as the response has no room for it. */
async function decompress(batch: RecordBatch, type: number, budget: DecompressionBudget): Promise<boolean> {
  const begin = batch.start - headerBytes;
  const codec = compressionCodec(type);
  // One that comes with a newer Kafka: who waits for a newer reader loses nothing.
  if (codec === null) throw corrupt(batch.bytes, begin, "names a codec that there is not");
  const { room } = budget;
  if (room === 0) return false;
  try {
    const records = await codec.decompress(batch.bytes.subarray(batch.start, batch.end), room);
    Object.assign(batch, { bytes: records, start: 0, end: records.length });
    budget.take(records.length);
    return true;
  } catch (error) {
    if (isShortOfMemory(error)) throw corrupt(batch.bytes, begin, "cannot be decompressed for want of memory");
    if (room < decompressedBytesMax) {
      budget.close();
      return false;
    }
    // Its checksum is right: the same bytes would come for ever.
    takeBody(batch, `${codec.name}: ${(error as Error).message}`);
    budget.take(decompressedBytesMax);
    return true;
  }
}

/** Says nothing of the bytes. V8 has no code for its own: "Array buffer allocation failed". */
function isShortOfMemory(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    code === "Z_MEM_ERROR" || code === "ERR_MEMORY_ALLOCATION_FAILED" || /allocation failed/i.test(String(message))
  );
}

/** Leaves a batch without records, so that its reader moves on behind it. */
export function empty(batch: RecordBatch): void {
  batch.count = 0;
  batch.end = batch.start;
}

/** A marker's key is its version and its type, 0 for abort. */
function isAbortMarker(batch: RecordBatch): boolean {
  const cursor = new RecordCursor();
  cursor.open(batch);
  return cursor.next() && cursor.keyLength >= 4 && cursor.bytes.readInt16BE(cursor.keyStart + 2) === 0;
}

/** Offsets and times are far below 2^53. */
function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function corrupt(bytes: Buffer, at: number, what: string): Error {
  const message = `The record batch at offset ${int64(bytes, at)} ${what}`;
  return new KafkaJSProtocolError({ message, type: "CORRUPT_MESSAGE", code: 2, retriable: true });
}
