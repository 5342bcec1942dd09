import { readRecord, type Input, type Reject, type WriterSchemas } from "@antedate/schemas";
import type { FetchedRecord } from "@antedate/runtime";
import type { TaskRecord } from "./domain/index.ts";
import type { KeySampler } from "./key-sampler.ts";

export interface RecordReaderOptions {
  partition: number;
  /** Full topic names, for the places of rejects. */
  topics: Record<Input, string>;
  schemas: WriterSchemas;
  /** Null where keys are not to be sampled. */
  keys: KeySampler | null;
  now(): number;
}

/** Decodes a task's records and keeps the rejects of invalid ones until they are stored. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  #rejects: Reject[] = [];

  constructor(options: RecordReaderOptions) {
    this.#options = options;
  }

  /** `isNew` is false for a record that is replayed: its reject is safe already. */
  read(input: Input, record: FetchedRecord, isNew: boolean): TaskRecord {
    const { offset, appendTime } = record;
    const { partition, topics, schemas, keys, now } = this.#options;
    const read = readRecord(input, record, schemas);
    if ("event" in read) {
      if (isNew && record.key) keys?.see(topics[input], partition, record.key, now());
      return { ...read, offset, appendTime };
    }
    if ("schemaId" in read) throw new Error(`schema ${read.schemaId} was not asked for before its record was taken`);
    if (isNew) {
      const raw = record.value ?? Buffer.alloc(0);
      this.#rejects.push({ topic: topics[input], partition, offset, reason: read.rejected, raw });
    }
    return { input, offset, appendTime, rejected: true };
  }

  /** The rejects since the last call. */
  takeRejects(): Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    return rejects;
  }
}
