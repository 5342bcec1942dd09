import { cutPiece, type Piece } from "./piece.ts";
import type { Core } from "./state/core.ts";

/** What a task has settled and its shell has not committed. */
export class Draft {
  readonly #core: Core;
  /** Pieces that were cut before it was taken: what fills one is never more than a record beyond it. */
  #cut: Piece[] = [];
  /** Those that were taken last: their taker uses them until it takes the next. */
  #taken: Piece[] = [];
  /** Of pieces that were taken before, and how many takes have not used them. */
  #rooms: { room: Uint8Array; unused: number }[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  /** What it holds would fill a COMMIT. Of what is queued nothing is known. */
  get isFull(): boolean {
    return this.#cut.length > 0;
  }

  /** Rows that wait for a commit; of those parked meanwhile all, also where they were decided since. */
  get rowCount(): number {
    this.#core.flush();
    return this.#cut.reduce((sum, piece) => sum + piece.rowCount, this.#core.calls.rowCount());
  }

  get hasContent(): boolean {
    this.#core.flush();
    return this.#cut.length > 0 || this.#core.calls.hasContent() !== 0;
  }

  /** Ends a piece: it carries the position from before the step that goes on. */
  cut(): void {
    this.#cut.push(this.#cutPiece());
  }

  /** All pieces up to a position between two steps, the last one at that position. Good until the next are taken. */
  take(): Piece[] {
    this.#core.flush();
    this.#rooms = [
      ...this.#taken.map(({ room }) => ({ room, unused: 0 })),
      ...this.#rooms.flatMap(({ room, unused }) => (unused < unusedMax ? [{ room, unused: unused + 1 }] : [])),
    ];
    this.#taken = [...this.#cut, this.#cutPiece()];
    this.#cut = [];
    return this.#taken;
  }

  /** Lets go of the rooms, those of the pieces that were taken last included: their taker has them as long as it wants. */
  letGo(): void {
    this.#taken = [];
    this.#rooms = [];
  }

  #cutPiece(): Piece {
    return cutPiece(this.#core, (bytes) => this.#roomFor(bytes));
  }

  #roomFor(bytes: number): Uint8Array {
    // One that is far too large for what comes now would be kept for nothing.
    const found = this.#rooms.findIndex(
      ({ room: { length } }) => length >= bytes && length <= roomBytesMin + 4 * bytes,
    );
    const [kept] = found < 0 ? [] : this.#rooms.splice(found, 1);
    return kept?.room ?? new Uint8Array(Math.max(roomBytesMin, Math.ceil(1.25 * bytes)));
  }
}

const roomBytesMin = 16 * 1024;
const unusedMax = 3;
