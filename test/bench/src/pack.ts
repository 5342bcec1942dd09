import { inputs } from "@antedate/schemas";
import type { CoreRecord } from "./join-core.ts";

const batchRecords = 1_000;

/** Puts records, each in bytes of its own, into the bytes of batches of its input, as they come from Kafka. */
export function pack(records: readonly CoreRecord[]): void {
  for (const input of inputs) {
    const own = records.filter((record) => record.input === input);
    for (let from = 0; from < own.length; from += batchRecords) packBatch(own.slice(from, from + batchRecords));
  }
}

function packBatch(batch: readonly CoreRecord[]): void {
  const packed = Buffer.concat(batch.map(({ bytes }) => bytes));
  let at = 0;
  for (const record of batch) {
    record.bytes = packed;
    record.keyStart = at;
    record.valueStart = at + record.keyLength;
    at = record.valueStart + record.valueLength;
  }
}
