import { RecordCursor, toRecordBatch, type RecordBatch } from "@antedate/runtime";
import { inputs } from "@antedate/schemas";
import type { CoreRecord } from "./join-core.ts";

const batchRecords = 1_000;

/** Records as the batches of their inputs, and of which input each is, in their order. Nothing of a record is an object. */
export function inBatches(records: readonly CoreRecord[]): { order: Uint8Array; batches: RecordBatch[][] } {
  const batches = inputs.map((input) => {
    const own = records.filter((record) => record.input === input);
    return Array.from({ length: Math.ceil(own.length / batchRecords) }, (_, index) =>
      toRecordBatch(own.slice(index * batchRecords, (index + 1) * batchRecords).map(withFields)),
    );
  });
  return { order: Uint8Array.from(records, ({ input }) => inputs.indexOf(input)), batches };
}

function withFields({ offset, appendTime, bytes, keyStart, keyLength, valueStart, valueLength }: CoreRecord) {
  return {
    offset,
    appendTime,
    key: bytes.subarray(keyStart, keyStart + keyLength),
    value: bytes.subarray(valueStart, valueStart + valueLength),
  };
}

/** Goes from record to record of batches that follow each other. */
export class BatchesCursor {
  readonly #cursor = new RecordCursor();
  readonly #batches: readonly RecordBatch[];
  #next = 0;

  constructor(batches: readonly RecordBatch[]) {
    this.#batches = batches;
  }

  /** Throws where there is no record left. */
  next(): RecordCursor {
    while (!this.#cursor.next()) this.#cursor.open(this.#batches[this.#next++] as RecordBatch);
    return this.#cursor;
  }
}
