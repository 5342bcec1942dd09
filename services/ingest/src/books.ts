import { inputs, type Input, type RejectReason } from "@antedate/schemas";
import type { PlacedLine } from "./merge-by-time.ts";

/** What became of the lines of one command. */
export interface Books {
  lines: number;
  sends: number;
  deliveries: number;
  engagements: number;
  /** By why, most frequent first. */
  ignored: Record<string, number>;
  rejected: Partial<Record<RejectReason, number>>;
}

export interface BookKeeper {
  enter(line: PlacedLine): void;
  books(): Books;
}

/** Counts lines and what they became. A line that became several events counts once as a line. */
export function createBookKeeper(): BookKeeper {
  const counted = new Map<string, number>(inputs.map((input) => [input, 0]));
  const ignored = new Map<string, number>();
  const rejected = new Map<string, number>();
  const lastLine = new Map<string, number>();
  let lines = 0;

  function enter(line: PlacedLine): void {
    if (lastLine.get(line.place.file) !== line.place.line) lines++;
    lastLine.set(line.place.file, line.place.line);
    if (line.what === "event") count(counted, line.event.input);
    else if (line.what === "ignored") count(ignored, line.why);
    else count(rejected, line.reason);
  }

  const of = (input: Input): number => counted.get(input) ?? 0;
  return {
    enter,
    books: () => ({
      lines,
      sends: of("sends"),
      deliveries: of("deliveries"),
      engagements: of("engagements"),
      ignored: sorted(ignored),
      rejected: sorted(rejected),
    }),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: Map<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, left], [, right]) => right - left));
}
