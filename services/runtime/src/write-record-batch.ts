import type { FetchedRecord } from "./flow.ts";
import type { RecordBatch } from "./record-batch.ts";
import { RecordCursor } from "./record-cursor.ts";

/** Records as a batch, as if it had been fetched. Their offsets ascend, within 2^31 of the first. */
export function toRecordBatch(records: readonly FetchedRecord[]): RecordBatch {
  const first = records[0];
  const baseOffset = first?.offset ?? 0;
  const baseTimestamp = first?.appendTime ?? 0;
  const bytes = Buffer.concat(records.flatMap((record) => recordParts(record, baseOffset, baseTimestamp)));
  return {
    baseOffset,
    lastOffset: records.at(-1)?.offset ?? baseOffset,
    count: records.length,
    isLogAppendTime: false,
    baseTimestamp,
    maxTimestamp: records.reduce((max, { appendTime }) => Math.max(max, appendTime), baseTimestamp),
    bytes,
    start: 0,
    end: bytes.length,
    unreadable: null,
  };
}

/** A batch's records from an offset on, as objects. */
export function toRecords(batch: RecordBatch, fromOffset = 0): FetchedRecord[] {
  const cursor = new RecordCursor();
  const records: FetchedRecord[] = [];
  cursor.open(batch);
  while (cursor.next()) {
    const { offset, appendTime, bytes, keyStart, keyLength, valueStart, valueLength } = cursor;
    if (offset < fromOffset) continue;
    records.push({
      offset,
      appendTime,
      key: keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength),
      value: valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength),
    });
  }
  return records;
}

function recordParts({ offset, appendTime, key, value }: FetchedRecord, baseOffset: number, baseTimestamp: number) {
  const noHeaders = Buffer.of(0);
  const parts = [
    Buffer.of(0),
    zigzag(appendTime - baseTimestamp),
    zigzag(offset - baseOffset),
    ...sized(key),
    ...sized(value),
    noHeaders,
  ];
  return [zigzag(parts.reduce((sum, part) => sum + part.length, 0)), ...parts];
}

function sized(bytes: Buffer | null): Buffer[] {
  return bytes === null ? [zigzag(-1)] : [zigzag(bytes.length), bytes];
}

function zigzag(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number < 0 ? -2 * number - 1 : 2 * number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.of(...bytes, rest);
}
