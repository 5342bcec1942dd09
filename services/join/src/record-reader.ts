import { EventView, ViewReader, type Input, type Reject, type WriterSchemas } from "@antedate/schemas";
import type { FetchedRecord } from "@antedate/runtime";
import type { Task } from "./domain/index.ts";
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

/** Reads a task's records and keeps the rejects of invalid ones until they are stored. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #reader: ViewReader;
  readonly #view = new EventView();
  #rejects: Reject[] = [];

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#reader = new ViewReader(options.schemas);
  }

  /** Gives the record to a task or its recovery. `isNew` is false for one that is replayed: its reject is safe already. */
  give(to: Pick<Task, "apply" | "reject">, input: Input, record: FetchedRecord, isNew: boolean): void {
    const { offset, appendTime } = record;
    const { partition, topics, keys, now } = this.#options;
    const key = record.key ?? Buffer.alloc(0);
    const value = record.value ?? Buffer.alloc(0);
    const both = Buffer.concat([key, value]);
    const [keyLength, valueLength] = [record.key?.length ?? -1, record.value?.length ?? -1];
    const verdict = this.#reader.read(input, both, 0, keyLength, key.length, valueLength, appendTime, this.#view);
    if (verdict === null) {
      if (isNew && record.key) keys?.see(topics[input], partition, record.key, now());
      to.apply(input, this.#view, offset, appendTime);
      return;
    }
    if (typeof verdict === "object") {
      throw new Error(`schema ${verdict.schemaId} was not asked for before its record was taken`);
    }
    if (isNew) this.#rejects.push({ topic: topics[input], partition, offset, reason: verdict, raw: value });
    to.reject(input, offset, appendTime);
  }

  /** The rejects since the last call. */
  takeRejects(): Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    return rejects;
  }
}
