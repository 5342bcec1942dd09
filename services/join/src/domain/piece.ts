import {
  commitHeadBytesMax,
  commitTailBytes,
  inputs,
  zeroCounters,
  type Commit,
  type Counters,
  type InputOffsets,
} from "@antedate/schemas/model";
import type { Core } from "./state/core.ts";

/** What one COMMIT will carry, encoded but for its place in the log: `prev` before it, `cut` behind it. */
export interface Piece {
  /** The body from `commitHeadBytesMax` on, so that the COMMIT can be made around it. */
  room: Uint8Array;
  bodyBytes: number;
  /** Rows, parked ones included. */
  rowCount: number;
  /** What stands in the body of everything that came before it. */
  books: Pick<Commit, "counters" | "parked_count">;
}

const counterNames = Object.keys(zeroCounters()) as (keyof Counters)[];

/** What a core has settled since its last piece, as one that carries the position of the last whole step. */
export function cutPiece(core: Core, roomOf: (bytes: number) => Uint8Array): Piece {
  // Once it is cut, the core holds nothing of it: one that has no room is lost.
  return core.step(() => {
    const at = core.calls.cutPiece() >>> 0;
    const bodyBytes = core.calls.pieceLength();
    const room = roomOf(commitHeadBytesMax + bodyBytes + commitTailBytes);
    room.set(core.bytes.subarray(at, at + bodyBytes), commitHeadBytesMax);
    return {
      room,
      bodyBytes,
      rowCount: core.calls.pieceRows(),
      books: { counters: countersOf(core), parked_count: core.calls.parkedCount.value },
    };
  });
}

/** In its room, and as long good. */
export function bodyOf({ room, bodyBytes }: Piece): Uint8Array {
  return room.subarray(commitHeadBytesMax, commitHeadBytesMax + bodyBytes);
}

export function countersOf(core: Core): Counters {
  const from = core.calls.counters.value >>> 3;
  const counters = zeroCounters();
  for (const [index, name] of counterNames.entries()) counters[name] = core.doubles[from + index] as number;
  return counters;
}

export function nextOffsetsOf(core: Core): InputOffsets {
  const from = core.calls.nextOffsets.value >>> 3;
  const [sends, deliveries, engagements] = core.doubles.subarray(from, from + 3) as unknown as [number, number, number];
  return { sends, deliveries, engagements };
}

/** Where a core goes on from. */
export function startBooks(core: Core, nextOffsets: Readonly<InputOffsets>, counters: Readonly<Counters>): void {
  core.doubles.set(
    inputs.map((input) => nextOffsets[input]),
    core.calls.nextOffsets.value >>> 3,
  );
  core.doubles.set(
    counterNames.map((name) => counters[name]),
    core.calls.counters.value >>> 3,
  );
}
