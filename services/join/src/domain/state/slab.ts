import { ByteInterner } from "./byte-interner.ts";
import type { NearBand, SourceWaits } from "../settings.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { RouteTable, routeParts } from "./route-table.ts";
import { SeenSet } from "./seen-set.ts";
import type { SlabSource } from "./slab-source.ts";

/** 80 bytes of a cell: f64 fields by their index in a cell's ten doubles, i32 fields in its twenty words. */
export const cellBytes = 80;
export const cellWords: number = cellBytes / 4;
export const f64 = { firstAppendAt: 0, sendOccurredAt: 1 } as const;
export const i32 = {
  hash: 4,
  recipientHash: 8,
  flags: 12,
  /** ms since `firstAppendAt`. */
  sendAppended: 13,
  sendWord: 14,
  sendDomain: 15,
  /** Attempt with the highest ordinal, as its place + 1; 0 for none. */
  lastAttempt: 16,
  /** Attempt, or `expired` record, that is the outcome, as its place + 1; 0 for none. */
  outcome: 17,
  outcomeAppended: 18,
  /** Newest block in the open arena; 0 for none. */
  open: 19,
} as const;

export const flag = {
  closed: 1,
  rowWritten: 2,
  send: 4,
  gone: 8,
  /** Earlier events of the message are in sealed generations. */
  sealed: 16,
  /** Moved out of a slab that was sealed, as it was open or not its ID's only message: its window ends by a timer. */
  carried: 32,
  /** A newer message of the same ID began after this one's window. */
  shadowed: 64,
} as const;
/** Above the flags: how many messages of the same ID came before it, as far as they were known. */
export const turnShift = 16;

/** Five words of an attempt. */
export const attemptWords = 5;
export const noStart = 0xffff_ffff;

/**
 * Messages that began one after the other, with all that lives as long as they do: their cells, attempts, identities of
 * seen events, and the words that repeat among them. Dropped as a whole.
 */
export class Slab implements SlabSource {
  readonly data: DataView;
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly seen: SeenSet;
  readonly texts: ByteInterner;
  readonly routes: RouteTable;
  /** By the word of an origin: how long messages wait whose outcome it gave. */
  readonly waits: SourceWaits[] = [];
  /** By the word of an MX host: the encoded name of its filter vendor. */
  readonly vendors: DataView[] = [];
  /** By the words of a domain and an MX host. */
  readonly bands: Map<number, NearBand> = new Map<number, NearBand>();
  attempts: Int32Array = new Int32Array(64 * attemptWords);
  attemptCount = 0;
  /** Cells that were given out. */
  count = 0;
  /** The latest append time at which one of its messages began. */
  beganTo: number = -Infinity;
  /** The append time before which it is not worth a look whether it can be sealed. */
  sealedFrom: number = -Infinity;

  constructor(
    cells: number,
    seen: SeenSet = new SeenSet(),
    texts: ByteInterner = new ByteInterner(),
    routes: RouteTable = new RouteTable(),
  ) {
    const buffer = new ArrayBuffer(cells * cellBytes);
    this.data = new DataView(buffer);
    this.words = new Int32Array(buffer);
    this.times = new Float64Array(buffer);
    this.seen = seen;
    this.texts = texts;
    this.routes = routes;
  }

  /** Bytes held. */
  get size(): number {
    return this.words.byteLength + this.seen.size + this.texts.size + this.routes.size + this.attempts.byteLength;
  }

  /** Place of a new attempt. */
  addAttempt(): number {
    if ((this.attemptCount + 1) * attemptWords > this.attempts.length) {
      const grown = new Int32Array(2 * this.attempts.length);
      grown.set(this.attempts);
      this.attempts = grown;
    }
    return this.attemptCount++;
  }

  readCell(cell: number, into: Int32Array): void {
    const base = cell * cellWords;
    for (let word = 0; word < cellWords; word++) into[word] = this.words[base + word] as number;
  }

  readAttempt(attempt: number, into: Int32Array): void {
    const base = (attempt - 1) * attemptWords;
    for (let word = 0; word < attemptWords; word++) into[word] = this.attempts[base + word] as number;
  }

  readRoute(route: number, into: Int32Array): void {
    for (let part = 0; part < routeParts; part++) into[part] = this.routes.part(route, part);
  }

  readText(word: number, to: ByteWriter): void {
    to.copy(this.texts.data, this.texts.start(word), this.texts.end(word));
  }
}
