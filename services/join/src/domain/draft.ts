import type { Commit, EngagementRow, MessageRow, ParkedRow } from "@antedate/schemas/model";
import { toRanges } from "./offset-set.ts";

/** What one COMMIT will carry, but for its place in the log. */
export type Piece = Omit<Commit, "prev" | "cut">;

/** Where a task stands: all but the last piece of a step carry the position from before the step. */
export type Position = Omit<Piece, "engagements" | "messages" | "parked" | "disposed">;

/** Rows of one piece, in string units: below 4 MiB of them, a record stays under the topic's 16 MiB even as UTF-8. */
const pieceSizeMax = 4 * 1024 * 1024;

/** Collects what a task settles until its shell commits it. */
export class Draft {
  #engagements: EngagementRow[] = [];
  #messages: MessageRow[] = [];
  #disposed: number[] = [];
  /** Newly parked, by offset: one that is decided before the commit never gets a parked row. */
  #parked = new Map<number, ParkedRow>();
  #size = 0;
  #sealed: Piece[] = [];

  get isFull(): boolean {
    return this.#size >= pieceSizeMax;
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
    this.#size += sizeOf(row.message_id, row.event_id, row.url, row.user_agent, row.campaign);
    this.dispose(row.input_offset);
  }

  addMessage(row: MessageRow): void {
    this.#messages.push(row);
    this.#size += sizeOf(row.message_id, row.campaign, row.mx_host);
  }

  park(row: ParkedRow): void {
    this.#parked.set(row.input_offset, row);
    this.#size += sizeOf(row.message_id, row.event_id, row.url, row.user_agent);
  }

  dispose(offset: number): void {
    this.#disposed.push(offset);
    this.#parked.delete(offset);
    this.#size += 4;
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
      parked: [...this.#parked.values()],
      disposed: toRanges(this.#disposed),
    };
    this.#engagements = [];
    this.#messages = [];
    this.#parked = new Map();
    this.#disposed = [];
    this.#size = 0;
    return piece;
  }
}

/** Rows in a piece, parked ones included. */
export function rowsOf(piece: Pick<Piece, "engagements" | "messages" | "parked">): number {
  return piece.engagements.length + piece.messages.length + piece.parked.length;
}

/** Fixed columns are 160 bytes at the most. */
function sizeOf(...texts: (string | null)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 160);
}
