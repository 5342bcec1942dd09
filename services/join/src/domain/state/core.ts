import { instantiate } from "#core";
import { EventView, type Input } from "@antedate/schemas/model";
import { assert } from "../assert.ts";
import type { CoreCalls } from "./core-calls.ts";
import type { RecordRow, Walk } from "./record-row.ts";

/** What the core calls (core/host.ts tells when). Addresses are bytes of its memory. */
export interface CoreHost {
  recall(): number;
  sawSealed(ref: number, high: number, low: number): boolean;
  previousOf(ref: number): number;
  follows(ref: number, earlier: number): void;
  forgot(slot: number, slab: number): boolean;
  keep(ref: number): void;
  saw(ref: number, high: number, low: number): void;
  waitsOf(slab: number, origin: number, to: number): void;
  vendorOf(slab: number, host: number, to: number): number;
  bandOf(slab: number, domain: number, host: number, to: number): void;
  full(): void;
}

/** A part of an array that is in the core's memory. */
interface Staged {
  of: Uint8Array | null;
  from: number;
  to: number;
  at: number;
}

/** Sentences of `broken` in the core, by number. */
const sentences = [
  "what repeats among messages takes more than 1 GiB in one slab",
  "a task holds more open messages and parked engagement than its arena can name",
  "a task holds more messages than its index can name",
  "a task's state takes more than 4 GiB: it needs more partitions or a lower HOT_MS",
];

/** Bytes that are staged at once: some records' worth, and little that belongs to another partition. */
const stageBytes = 64 * 1024;

/** The place for what is not an input's. */
const elsewhere = 3;

/** One task's core: WebAssembly, with a memory of its own, of up to 4 GiB. It has no clock, no chance and no I/O. */
export class Core {
  readonly calls: CoreCalls;
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #doubles = new Float64Array(0);
  /** By input: of which array what part is staged, and where. */
  readonly #staged: Staged[] = Array.from({ length: elsewhere }, () => ({ of: null, from: 0, to: 0, at: 0 }));
  /** Of the entries of the core's queue, into which they are read. */
  readonly #views: EventView[];
  #queued = 0;
  /** What a step threw: half of it is in the state, which must not be used any more. */
  #failure: { error: unknown } | null = null;

  constructor(host: CoreHost) {
    const broken = (sentence: number): void => assert(false, sentences[sentence] as string);
    const abort = (): void => broken(3);
    this.calls = instantiate({ host: { ...host, broken }, env: { abort } }) as CoreCalls;
    this.#views = Array.from({ length: this.calls.queueMax.value }, () => new EventView());
    this.#bindViews();
  }

  // The memory is another array after it grew, the old one has no length then.

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  get words(): Int32Array {
    if (this.#words.length === 0) this.#look();
    return this.#words;
  }

  get doubles(): Float64Array {
    if (this.#doubles.length === 0) this.#look();
    return this.#doubles;
  }

  /** A copy of so many bytes. */
  copy(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.subarray(at >>> 0, (at >>> 0) + length));
  }

  /** A copy of so many words. */
  copyWords(at: number, count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.words.subarray(at >>> 2, (at >>> 2) + count));
  }

  /** Puts bytes into the core's memory. Gives where; good until the next are put. */
  put(bytes: Uint8Array): number {
    const at = this.calls.stage(elsewhere, bytes.length);
    this.bytes.set(bytes, at >>> 0);
    return at;
  }

  /** A view for the next record that is queued, which needs no copy then. Good until one is, or until `flush`. */
  nextView(): EventView {
    // Its arrays are in the core's memory.
    if ((this.#views[0] as EventView).start.length === 0) this.#bindViews();
    return this.#views[this.#queued] as EventView;
  }

  /**
   * Queues the record in a view, one of the input with this number, to be applied with others. Arrays that views point into
   * are taken to stay as they are. True where the queue is full.
   */
  queue(input: number, view: EventView, offset: number, appendTime: number): boolean {
    const staged = this.#staged[input] as Staged;
    if (view.bytes !== staged.of || view.from < staged.from || view.to > staged.to) {
      // What is queued may point to what is staged.
      this.applyQueued();
      assert(view.bytes !== none, "a record was read into a view that was let go of before it was queued");
      this.#stage(staged, input, view.bytes, view.from, view.to);
    }
    const own = this.nextView();
    if (view !== own) copyFields(view, own);
    const base = staged.at - staged.from;
    this.calls.setEntry(this.#queued, input, base, base + view.from, base + view.to, offset, appendTime);
    return ++this.#queued === this.#views.length;
  }

  /**
   * Has the core itself read records of a row, from the one that it is at on, and queue or apply them. Gives how many; the
   * first that it left is for a reader, or of a later walk.
   */
  walk(input: number, row: RecordRow, walk: Walk): number {
    const { bytes, batch, recordStart, recordEnd } = row;
    // What one record would make the memory grow by, it would never give back; its reader may find that it is too large.
    if (recordEnd - recordStart > stageBytes) return 0;
    const staged = this.#staged[input] as Staged;
    if (bytes !== staged.of || recordStart < staged.from || recordEnd > staged.to) {
      this.applyQueued();
      this.#stage(staged, input, bytes, recordStart, recordEnd);
    }
    const base = staged.at - staged.from;
    const queued = this.#queued;
    const time = batch.isLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp;
    // Whatever the core asks for on the way, what is queued is its own.
    this.#queued = 0;
    const taken = this.step(() =>
      this.calls.walkRecords(
        input,
        queued,
        base + recordStart,
        base + Math.min(batch.end, staged.to),
        Math.min(walk.countMax, row.left + 1),
        row.isDense ? row.offset : batch.baseOffset,
        row.isDense,
        time,
        batch.isLogAppendTime,
        walk.latest,
        walk.writer.low,
        walk.writer.high,
      ),
    );
    this.#queued = (queued + taken) % this.#views.length;
    return taken;
  }

  /** Bytes of the records that were walked last. */
  get walkedBytes(): number {
    return this.words[this.calls.walkedBytes.value >>> 2] as number;
  }

  /** Applies what is queued, and keeps what is staged for the records that follow it. */
  applyQueued(): void {
    const count = this.#queued;
    this.#queued = 0;
    this.step(() => {
      if (count > 0) this.calls.applyQueued(count);
    });
  }

  /** Applies what is queued, and lets go of the arrays that it was in. */
  flush(): void {
    this.applyQueued();
    for (const staged of this.#staged) staged.of = null;
    for (const view of this.#views) view.bytes = none;
  }

  /** Makes a call that takes a step. Throws what one before it threw, for ever: no later one may seem to be whole. */
  step<T>(call: () => T): T {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      return call();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** Replays the one record that is queued. True where it is an engagement that is parked still. */
  replay(appendTime: number, windowMs: number, isDisposed: boolean): boolean {
    this.#queued = 0;
    return this.step(() => this.calls.replayQueued(appendTime, windowMs, isDisposed) !== 0);
  }

  /** Puts a part of an array into the core's memory that has a record from `from` to `to` and what follows it. */
  #stage(staged: Staged, input: number, bytes: Uint8Array, from: number, to: number): void {
    const end = Math.max(to, Math.min(bytes.length, from + stageBytes));
    const at = this.calls.stage(input, end - from + stageMargin) + stageMargin;
    this.bytes.set(bytes.subarray(from, end), at >>> 0);
    Object.assign(staged, { of: bytes, from, to: end, at });
  }

  #bindViews(): void {
    const { words, doubles } = this;
    const { queueAt, entryBytes } = this.calls;
    for (const [place, view] of this.#views.entries()) {
      const at = queueAt.value + place * entryBytes.value;
      view.start = words.subarray(at / 4, at / 4 + fieldCount);
      view.length = words.subarray(at / 4 + fieldCount, at / 4 + 2 * fieldCount);
      view.number = doubles.subarray(at / 8 + fieldCount, at / 8 + 2 * fieldCount);
    }
  }

  #look(): void {
    const { buffer } = this.calls.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }
}

/** How the core names the inputs. */
export function inputNumber(input: Input): number {
  return input === "sends" ? 0 : input === "deliveries" ? 1 : 2;
}

function copyFields(from: EventView, to: EventView): void {
  for (let field = 0; field < fieldCount; field++) {
    to.start[field] = from.start[field] as number;
    to.length[field] = from.length[field] as number;
    to.number[field] = from.number[field] as number;
  }
}

/** What a view that was let go of is in. */
const none = new Uint8Array(0);
/** More than any event has. */
const fieldCount = 16;
/** The core may read a few bytes before a record, and some more behind it, never use them. */
const stageMargin = 16;
