import type { Commit, EngagementRow, Input, MessageRow, ParkedRow } from "@antedate/schemas/model";
import { toRanges } from "./offset-set.ts";

/** What one COMMIT will carry, but for its place in the log. */
export type Piece = Omit<Commit, "prev" | "cut">;

/** Where a task stands: all but the last piece of a step carry the position from before the step. */
export type Position = Pick<Piece, "next_offsets" | "task_time" | "counters" | "parked_count" | "parked_xor">;

/**
 * Bytes of one piece at the most, counting three for every UTF-16 unit. A row that comes on top is made of two records of
 * 1 MiB at the most, so a COMMIT stays under the topic's 16 MiB whatever the strings are.
 */
const pieceBytesMax = 8 * 1024 * 1024;

/** Collects what a task settles until its shell commits it. */
export class Draft {
  #engagements: EngagementRow[] = [];
  #messages: MessageRow[] = [];
  #messagesBeganAt: number[] = [];
  #disposed: number[] = [];
  #rejected: Record<Input, number[]> = { sends: [], deliveries: [], engagements: [] };
  /** Newly parked, by offset: one that is decided before the commit never gets a parked row. */
  #parked = new Map<number, ParkedRow>();
  #bytes = 0;
  #sealed: Piece[] = [];

  get isFull(): boolean {
    return this.#bytes >= pieceBytesMax;
  }

  /** Rows that wait for a commit. */
  get rowCount(): number {
    const open = this.#engagements.length + this.#messages.length + this.#parked.size;
    return this.#sealed.reduce((sum, piece) => sum + rowsOf(piece), open);
  }

  get hasContent(): boolean {
    return this.#sealed.length > 0 || this.rowCount > 0 || this.#disposed.length > 0;
  }

  addEngagement(row: EngagementRow): void {
    this.#engagements.push(row);
    this.#bytes += bytesOf(row);
    this.dispose(row.input_offset);
  }

  addMessage(row: MessageRow, beganAt: number): void {
    this.#messages.push(row);
    this.#messagesBeganAt.push(beganAt);
    this.#bytes += bytesOf(row);
  }

  park(row: ParkedRow): void {
    this.#parked.set(row.input_offset, row);
    this.#bytes += bytesOf(row);
  }

  dispose(offset: number): void {
    this.#disposed.push(offset);
    this.#parked.delete(offset);
    this.#bytes += 8;
  }

  /** The record made no difference, and must make none when it is replayed, even if it could be read then. */
  reject(input: Input, offset: number): void {
    this.#rejected[input].push(offset);
    this.#bytes += 8;
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

  #cut(position: Position): Piece {
    const piece = {
      ...position,
      engagements: this.#engagements,
      messages: this.#messages,
      messages_began_at: this.#messagesBeganAt,
      parked: [...this.#parked.values()],
      disposed: toRanges(this.#disposed),
      rejected_sends: toRanges(this.#rejected.sends),
      rejected_deliveries: toRanges(this.#rejected.deliveries),
      rejected_engagements: toRanges(this.#rejected.engagements),
    };
    this.#engagements = [];
    this.#messages = [];
    this.#messagesBeganAt = [];
    this.#parked = new Map();
    this.#disposed = [];
    this.#rejected = { sends: [], deliveries: [], engagements: [] };
    this.#bytes = 0;
    return piece;
  }
}

/** Rows in a piece, parked ones included. */
export function rowsOf(piece: Pick<Piece, "engagements" | "messages" | "parked">): number {
  return piece.engagements.length + piece.messages.length + piece.parked.length;
}

/** Numbers, enumerations and lengths of a row: 30 columns of a few bytes. */
const fixedBytes = 200;

/** An upper bound of the row's encoding: every string and every blob of it. */
function bytesOf(row: EngagementRow | MessageRow | ParkedRow): number {
  let bytes = fixedBytes;
  for (const value of Object.values(row)) {
    if (typeof value === "string") bytes += 3 * value.length;
    else if (value instanceof Uint8Array) bytes += value.length;
  }
  return bytes;
}
