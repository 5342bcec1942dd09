import { rejectRawBytesMax, ViewReader, type Input, type Reject, type WriterSchemas } from "@antedate/schemas";
import type { RecordCursor } from "@antedate/runtime";
import type { Task } from "./domain/index.ts";
import { sampleEvery, type KeySampler } from "./key-sampler.ts";
import { ownWriterOf } from "./own-writers.ts";

export interface RecordReaderOptions {
  partition: number;
  /** Full topic names, for the places of rejects. */
  topics: Record<Input, string>;
  schemas: WriterSchemas;
  /** Null where keys are not to be sampled. */
  keys: KeySampler | null;
  now(): number;
}

/** After tries that took nothing, one after the other, so many records are given without one. */
const untriedMax = 63;

/** Where the core is asked to walk an input's records, and where it would be in vain. */
interface Tries {
  /** Records until the next try. */
  waits: number;
  /** Records until the one after it, if that takes nothing again. */
  nextWaits: number;
}

/** Rejects are kept up to so many bytes: a producer may write nothing else. */
const rejectBytesMax = 8 * 1024 * 1024;
/** Of a reject without its raw value, about. */
const rejectBytes = 256;

/** Reads a task's records and keeps the rejects of invalid ones until they are stored. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #reader: ViewReader;
  #rejects: Reject[] = [];
  #rejectBytes = 0;
  readonly #tries: Readonly<Record<Input, Tries>> = {
    sends: { waits: 0, nextWaits: 0 },
    deliveries: { waits: 0, nextWaits: 0 },
    engagements: { waits: 0, nextWaits: 0 },
  };

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#reader = new ViewReader(options.schemas);
  }

  /**
   * Has a task's core take records that follow each other, from a head on, until one is later or so many are taken. Gives how
   * many; where it is 0, the head is to be given.
   */
  walk(to: Task, input: Input, head: RecordCursor, { countMax, latest }: { countMax: number; latest: number }): number {
    const writer = ownWriterOf(input, head);
    if (writer === null) return 0;
    const tries = this.#tries[input];
    if (tries.waits > 0) {
      tries.waits--;
      return 0;
    }
    const { keys } = this.#options;
    // The one whose key is to be seen is the first of its walk.
    const dueIn = keys === null ? Infinity : keys.dueIn || sampleEvery;
    const walked = to.walk(input, head, { writer, countMax: Math.min(countMax, dueIn), latest });
    if (walked === 0) {
      tries.waits = tries.nextWaits;
      tries.nextWaits = Math.min(untriedMax, 2 * tries.nextWaits + 1);
      return 0;
    }
    tries.nextWaits = 0;
    this.#sample(input, head);
    keys?.count(walked - 1);
    return walked;
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
      this.#rejectBytes += rejectBytes + raw.length;
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

  /** So many rejects wait that they are to be stored before the next record. */
  get isFull(): boolean {
    return this.#rejectBytes >= rejectBytesMax;
  }

  /** The rejects since the last call. */
  takeRejects(): Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    this.#rejectBytes = 0;
    return rejects;
  }
}
