import { rejectRawBytesMax, ViewReader, type Input, type Reject, type WriterSchemas } from "@antedate/schemas";
import type { RecordCursor } from "@antedate/runtime";
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
  #rejects: Reject[] = [];

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#reader = new ViewReader(options.schemas);
  }

  /** Gives the record to a task or its recovery. `isNew` is false for one that is replayed: its reject is safe already. */
  give(to: Pick<Task, "nextView" | "apply" | "reject">, input: Input, record: RecordCursor, isNew: boolean): void {
    const { offset, appendTime, bytes, keyStart, keyLength, valueStart, valueLength } = record;
    const view = to.nextView();
    const verdict = this.#reader.read(input, bytes, keyStart, keyLength, valueStart, valueLength, appendTime, view);
    if (verdict === null) {
      if (isNew) this.#sample(input, record);
      to.apply(input, view, offset, appendTime);
      return;
    }
    if (typeof verdict === "object") {
      throw new Error(`schema ${verdict.schemaId} was not asked for before its record was taken`);
    }
    if (isNew) {
      const raw = Buffer.from(
        bytes.subarray(valueStart, valueStart + Math.min(Math.max(0, valueLength), rejectRawBytesMax)),
      );
      const { partition, topics } = this.#options;
      this.#rejects.push({ topic: topics[input], partition, offset, reason: verdict, raw });
    }
    to.reject(input, offset, appendTime);
  }

  #sample(input: Input, { bytes, keyStart, keyLength }: RecordCursor): void {
    const { keys, topics, partition, now } = this.#options;
    if (keys?.isDue()) keys.see(topics[input], partition, bytes.subarray(keyStart, keyStart + keyLength), now());
  }

  /** Lets go of the arrays that records were in. */
  letGo(): void {
    this.#reader.letGo();
  }

  /** The rejects since the last call. */
  takeRejects(): Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    return rejects;
  }
}
