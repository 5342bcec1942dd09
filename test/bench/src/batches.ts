import { toRecordBatch, type RecordBatch } from "@antedate/runtime";
import type { Input } from "@antedate/schemas";
import type { CoreRecord } from "./join-core.ts";

const batchRecords = 1_000;

/** The records of an input as batches. Nothing of a record is an object then. */
export function inBatches(records: readonly CoreRecord[], input: Input): RecordBatch[] {
  const own = records.filter((record) => record.input === input);
  return Array.from({ length: Math.ceil(own.length / batchRecords) }, (_, index) =>
    toRecordBatch(own.slice(index * batchRecords, (index + 1) * batchRecords).map(withFields)),
  );
}

function withFields({ offset, appendTime, bytes, keyStart, keyLength, valueStart, valueLength }: CoreRecord) {
  return {
    offset,
    appendTime,
    key: bytes.subarray(keyStart, keyStart + keyLength),
    value: bytes.subarray(valueStart, valueStart + valueLength),
  };
}
