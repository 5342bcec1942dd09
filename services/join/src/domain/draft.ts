import {
  inputs,
  zeroCounters,
  type Commit,
  type Counters,
  type Input,
  type InputOffsets,
} from "@antedate/schemas/model";
import { toRanges } from "./offset-set.ts";
import { writeEngagementRow, writeMessageRow } from "./rows.ts";
import type { SettingsLookup } from "./settings.ts";
import { ByteWriter } from "./state/byte-writer.ts";
import type { MessageFacts } from "./state/message-facts.ts";
import type { MessageTable } from "./state/message-table.ts";
import { parkedRowStart, type ParkedEngagement } from "./state/parked-engagement.ts";

/** What one COMMIT will carry, encoded but for its place in the log: `prev` before it, `cut` behind it. */
export interface Piece {
  body: Uint8Array;
  /** Rows, parked ones included. */
  rowCount: number;
  /** What stands in the body of everything that came before it. */
  books: Pick<Commit, "counters" | "parked_count">;
}

/** Where a task stands: all but the last piece of a step carry the position from before the step. */
export interface Position {
  nextOffsets: Readonly<InputOffsets>;
  taskTime: number;
  counters: Readonly<Counters>;
  parkedCount: number;
  parkedXor: number;
}

/** Bytes of one piece at the most. A row that comes on top is made of two records of 1 MiB at the most, so a COMMIT stays under the topic's 16 MiB. */
const pieceBytesMax = 4 * 1024 * 1024;
/** Task time at the end of all time: the latest that a date can say. */
const latestTime = 8_640_000_000_000_000;

const counterNames = Object.keys(zeroCounters()) as (keyof Counters)[];

/** Rows of one kind, encoded one after the other. */
class RowRun {
  readonly writer: ByteWriter = new ByteWriter(64 * 1024);
  count = 0;

  /** As an Avro array. */
  writeTo(to: ByteWriter): void {
    if (this.count > 0) {
      to.long(this.count);
      to.copy(this.writer.data, 0, this.writer.length);
    }
    to.byte(0);
  }

  clear(): void {
    this.writer.clear();
    this.count = 0;
  }
}

/** Collects what a task settles until its shell commits it. */
export class Draft {
  readonly #table: MessageTable;
  readonly #settings: SettingsLookup;
  readonly #engagements = new RowRun();
  readonly #messages = new RowRun();
  readonly #beganAt = new RowRun();
  readonly #parkedRows = new RowRun();
  readonly #disposed: number[] = [];
  readonly #rejected: Record<Input, number[]> = { sends: [], deliveries: [], engagements: [] };
  /** Blocks of what is newly parked: one that is decided before the commit never gets a parked row. */
  readonly #parked: number[] = [];
  #parkedBytes = 0;
  #sealed: Piece[] = [];

  constructor(table: MessageTable, settings: SettingsLookup) {
    this.#table = table;
    this.#settings = settings;
  }

  get isFull(): boolean {
    const rows = this.#engagements.writer.length + this.#messages.writer.length + this.#parkedBytes;
    return rows + 8 * (this.#disposed.length + this.#rejectedCount) >= pieceBytesMax;
  }

  /** Rows that wait for a commit; of those parked meanwhile all, also where they were decided since. */
  get rowCount(): number {
    const open = this.#engagements.count + this.#messages.count + this.#parked.length;
    return this.#sealed.reduce((sum, piece) => sum + piece.rowCount, open);
  }

  get hasContent(): boolean {
    return this.#sealed.length > 0 || this.rowCount > 0 || this.#disposed.length > 0;
  }

  addEngagement(facts: MessageFacts, engagement: ParkedEngagement): void {
    this.#engagements.count++;
    writeEngagementRow(this.#engagements.writer, this.#table, facts, engagement, this.#settings);
    this.dispose(engagement.offset);
  }

  /** `id` is the block of the message's ID in the open arena. */
  addMessage(facts: MessageFacts, id: number, beganAt: number): void {
    this.#messages.count++;
    writeMessageRow(this.#messages.writer, this.#table, facts, id);
    this.#beganAt.count++;
    this.#beganAt.writer.long(beganAt);
  }

  /** `block` is in the open arena. */
  park(block: number): void {
    this.#parked.push(block);
    this.#parkedBytes += this.#table.open.length(block);
  }

  dispose(offset: number): void {
    this.#disposed.push(offset);
  }

  /** The record made no difference, and must make none when it is replayed, even if it could be read then. */
  reject(input: Input, offset: number): void {
    this.#rejected[input].push(offset);
    if (input === "engagements") this.dispose(offset);
  }

  /** Ends a piece in the middle of a step; `before` is the task's position from before that step. */
  seal(before: Position): void {
    this.#sealed.push(this.#cut(before));
  }

  /** All pieces up to a position between two steps, the last one at that position. */
  take(position: Position): Piece[] {
    const pieces = [...this.#sealed, this.#cut(position)];
    this.#sealed = [];
    return pieces;
  }

  get #rejectedCount(): number {
    return this.#rejected.sends.length + this.#rejected.deliveries.length + this.#rejected.engagements.length;
  }

  #cut(position: Position): Piece {
    this.#encodeParked();
    const to = new ByteWriter(
      this.#engagements.writer.length + this.#messages.writer.length + this.#parkedRows.writer.length + 4096,
    );
    for (const input of inputs) to.long(position.nextOffsets[input]);
    to.long(Math.min(latestTime, position.taskTime));
    for (const run of [this.#engagements, this.#messages, this.#beganAt, this.#parkedRows]) run.writeTo(to);
    writeRanges(to, this.#disposed);
    for (const input of inputs) writeRanges(to, this.#rejected[input]);
    for (const name of counterNames) to.long(position.counters[name]);
    to.long(position.parkedCount);
    to.long(position.parkedXor);
    const rowCount = this.#engagements.count + this.#messages.count + this.#parkedRows.count;
    this.#clear();
    const books = { counters: { ...position.counters }, parked_count: position.parkedCount };
    return { body: to.bytes.subarray(0, to.length), rowCount, books };
  }

  /** Of what was newly parked, what is parked still. */
  #encodeParked(): void {
    const { open } = this.#table;
    for (const block of this.#parked) {
      if (open.isFree(block)) continue;
      const start = open.start(block);
      this.#parkedRows.count++;
      this.#parkedRows.writer.copy(open.data(block), start + parkedRowStart, start + open.length(block));
    }
  }

  #clear(): void {
    for (const run of [this.#engagements, this.#messages, this.#beganAt, this.#parkedRows]) run.clear();
    for (const list of [this.#disposed, this.#parked, ...Object.values(this.#rejected)]) list.length = 0;
    this.#parkedBytes = 0;
  }
}

function writeRanges(to: ByteWriter, offsets: number[]): void {
  const ranges = toRanges(offsets);
  if (ranges.length > 0) to.long(ranges.length);
  for (const { first, count } of ranges) {
    to.long(first);
    to.long(count);
  }
  to.byte(0);
}
