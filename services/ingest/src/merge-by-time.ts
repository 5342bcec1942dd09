import { inputs as inputOrder } from "@antedate/schemas";
import { rejected, type LineParser, type ParsedLine } from "./domain/parsed-line.ts";
import { caughtUp, type Line, type LineSource } from "./line-source.ts";

/** Where a line stands. */
export interface Place {
  file: string;
  line: number;
}

/** What a line became, and where it stood. */
export type PlacedLine = ParsedLine & { place: Place };

export interface MergeInput {
  /** Name in places and rejects; without its folder. */
  file: string;
  lines: LineSource;
  parser: LineParser;
  /** So many events are read ahead and put in order; 1 for an input that a person may be typing. */
  lookahead?: number;
}

/** In between, an idle moment: all followed inputs are at their ends. */
export type Merged = PlacedLine | { what: "idle" };

type PlacedEvent = Extract<PlacedLine, { what: "event" }>;

const lookaheadDefault = 256;
/** After so many events even busy inputs let the others be asked again for new lines. */
const turnEventsMax = 1000;

/**
 * Merges inputs by event time; at the same time sends come before deliveries before engagements, then the earlier input.
 * Of each input only its next events are held, so memory does not grow with the files: a log is roughly in time order,
 * and what is out of order within the lookahead is put right. Rejected and ignored lines come as they are met. With followed inputs it goes on for
 * ever and says `idle` whenever all of them are at their ends; the caller decides how long to wait then.
 */
export async function* mergeByTime(merging: readonly MergeInput[]): AsyncGenerator<Merged, void, undefined> {
  const readers = merging.map(createReader);
  try {
    for (let turn = 0; ; turn++) {
      if (turn % turnEventsMax === 0) for (const reader of readers) reader.askAgain();
      for (const reader of readers) yield* reader.fill();
      const next = earliest(readers);
      if (next !== null) yield next.take();
      else if (readers.every((reader) => reader.ended())) return;
      else {
        yield { what: "idle" };
        for (const reader of readers) reader.askAgain();
      }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

interface Reader {
  head(): PlacedEvent | undefined;
  take(): PlacedEvent;
  /** Reads as far ahead as allowed, passing on what is no event. */
  fill(): AsyncGenerator<PlacedLine, void, undefined>;
  ended(): boolean;
  askAgain(): void;
  close(): Promise<void>;
}

function createReader(input: MergeInput): Reader {
  const lines = input.lines[Symbol.asyncIterator]();
  const lookahead = input.lookahead ?? lookaheadDefault;
  /** In time order; equal times as read. */
  const waiting: PlacedEvent[] = [];
  let state: "reading" | "caught up" | "ended" = "reading";

  async function nextLines(): Promise<ParsedLine[]> {
    const next = await lines.next();
    if (next.done === true) {
      state = "ended";
      return input.parser.end();
    }
    if (next.value !== caughtUp) return parse(input.parser, next.value);
    state = "caught up";
    return [];
  }

  async function* fill(): AsyncGenerator<PlacedLine, void, undefined> {
    while (waiting.length < lookahead && state === "reading") {
      for (const parsed of await nextLines()) {
        const placed = { ...parsed, place: { file: input.file, line: parsed.line } };
        if (placed.what === "event") insert(waiting, placed);
        else yield placed;
      }
    }
  }

  return {
    head: () => waiting[0],
    take: () => waiting.shift() as PlacedEvent,
    fill,
    ended: () => state === "ended" && waiting.length === 0,
    askAgain() {
      if (state === "caught up") state = "reading";
    },
    close: async () => {
      await lines.return?.();
    },
  };
}

/** Nearly always at the end, so searched from there. */
function insert(waiting: PlacedEvent[], placed: PlacedEvent): void {
  let index = waiting.length;
  for (
    let before = waiting[index - 1];
    before !== undefined && comesBefore(placed, before);
    before = waiting[index - 1]
  ) {
    index--;
  }
  waiting.splice(index, 0, placed);
}

function parse(parser: LineParser, line: Line): ParsedLine[] {
  return line.cut ? [rejected(line.number, "too_large", line.text)] : parser.line(line.text, line.number);
}

function earliest(readers: readonly Reader[]): Reader | null {
  let first: Reader | null = null;
  for (const reader of readers) {
    const head = reader.head();
    const best = first?.head();
    if (head !== undefined && (best === undefined || comesBefore(head, best))) first = reader;
  }
  return first;
}

function comesBefore(left: PlacedEvent, right: PlacedEvent): boolean {
  const apart = left.event.event.occurred_at - right.event.event.occurred_at;
  if (apart !== 0) return apart < 0;
  return inputOrder.indexOf(left.event.input) < inputOrder.indexOf(right.event.input);
}
