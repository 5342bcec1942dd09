// The lazy seam of engineering notes §1.2: one pseudo-message for each record batch instead of one object for each record.

/** kafkajs's decoder, as far as it is used. */
export interface FetchDecoder {
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

export interface WalkedBatch {
  /** Offset of the batch's last record, as kafkajs spells it. */
  offset: string;
  count: number;
  isControlRecord: false;
  /** Of all record lengths: so that the walk is not optimised away. */
  walked: number;
}

const lengthAt = 8;
const magicAt = 16;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const countAt = 57;
const recordsAt = 61;
const codecMask = 7;

/** Walks the uncompressed record batches of one fetched partition. */
export function walkRecordBatches(decoder: FetchDecoder): WalkedBatch[] {
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  const bytes = decoder.readBytes(size);
  const batches: WalkedBatch[] = [];
  let at = 0;
  while (at + recordsAt <= bytes.length) {
    const end = at + lengthAt + 4 + bytes.readInt32BE(at + lengthAt);
    // The broker cuts the last batch where the response is full.
    if (end > bytes.length) break;
    if (bytes[at + magicAt] !== 2 || (bytes.readInt16BE(at + attributesAt) & codecMask) !== 0) {
      throw new TypeError("the null pipe reads uncompressed batches of format 2 only");
    }
    const last = bytes.readBigInt64BE(at) + BigInt(bytes.readInt32BE(at + lastOffsetDeltaAt));
    const count = bytes.readInt32BE(at + countAt);
    const walked = walkRecords(bytes, at + recordsAt, count);
    batches.push({ offset: String(last), count, isControlRecord: false, walked });
    at = end;
  }
  return batches;
}

/** Steps from record to record, into each up to its key and its value. */
function walkRecords(bytes: Buffer, from: number, count: number): number {
  let at = from;
  let walked = 0;
  const readVarint = (): number => {
    let raw = 0;
    for (let shift = 0; ; shift += 7) {
      const next = bytes[at++] as number;
      raw |= (next & 0x7f) << shift;
      if (next < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
  };
  for (let index = 0; index < count; index++) {
    const length = readVarint();
    const end = at + length;
    at++;
    readVarint();
    readVarint();
    // Not in one line: `at` would be read before the length moves it.
    const keyLength = readVarint();
    at += Math.max(0, keyLength);
    walked += readVarint();
    at = end;
  }
  return walked;
}
