import { inputs, zeroCounters, type Commit, type Counters, type InputOffsets } from "@antedate/schemas/model";
import type { Core } from "./state/core.ts";

/** What one COMMIT will carry, encoded but for its place in the log: `prev` before it, `cut` behind it. */
export interface Piece {
  body: Uint8Array;
  /** Rows, parked ones included. */
  rowCount: number;
  /** What stands in the body of everything that came before it. */
  books: Pick<Commit, "counters" | "parked_count">;
}

const counterNames = Object.keys(zeroCounters()) as (keyof Counters)[];

/** What a core has settled since its last piece, as one that carries the position of the last whole step. */
export function cutPiece(core: Core): Piece {
  const at = core.step(() => core.calls.cutPiece());
  return {
    body: core.copy(at, core.calls.pieceLength()),
    rowCount: core.calls.pieceRows(),
    books: { counters: countersOf(core), parked_count: core.calls.parkedCount.value },
  };
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
