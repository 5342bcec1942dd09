import { AvroCursor, TornBytes } from "./avro-cursor.ts";
import { fieldsOf, partsOf } from "./avro-parts.ts";
import { avroType } from "./avro-types.ts";
import type { Commit, Counters, InputOffsets } from "./model/index.ts";
import { flatFields, skipFields, type FlatField } from "./flat-fields.ts";

/** The arrays of a COMMIT that hold rows of tables. */
export type RowsName = "engagements" | "messages" | "parked";

/** Is handed so many rows at the cursor, and leaves it behind them. */
export type VisitRows = (cursor: AvroCursor, count: number) => void;

/** What stands in a COMMIT of everything that came before it. */
export type CommitBooks = Pick<Commit, "next_offsets" | "task_time" | "counters" | "parked_count">;

/** What a reader of the log needs to know of a COMMIT besides its rows. */
export interface CommitEnds {
  prev: number;
  cut: boolean;
  books: CommitBooks;
}

interface Step {
  name: string;
  isArray: boolean;
  /** Of the field, or of each item. */
  fields: FlatField[];
}

let steps: Step[] | null = null;

function commitSteps(): Step[] {
  return (steps ??= fieldsOf(avroType("commit").type).map(({ name, type }) => {
    const { itemsType } = partsOf(type);
    return { name, isArray: itemsType !== undefined, fields: flatFields(itemsType ?? type, name) };
  }));
}

/** The fields of a row of a COMMIT, in the order of their bytes. */
export function rowFields(name: RowsName): FlatField[] {
  return (commitSteps().find((step) => step.name === name) as Step).fields;
}

/**
 * Goes through a COMMIT's bytes once, handing out its rows on the way; null where they are no COMMIT, which may show
 * after rows were handed out. Accepts what decoding with avsc accepts, allocates nothing by what counts and lengths say.
 */
export function walkCommit(
  value: Buffer,
  bodyStart: number,
  visit: Partial<Record<RowsName, VisitRows>>,
): CommitEnds | null {
  const cursor = new AvroCursor(value, bodyStart);
  try {
    const found: Record<string, Record<string, number>> = {};
    for (const { name, isArray, fields } of commitSteps()) {
      if (isArray) walkArray(cursor, fields, visit[name as RowsName]);
      else found[name] = readNumbers(cursor, fields);
    }
    return cursor.bytesLeft === 0 ? endsOf(found) : null;
  } catch (error) {
    if (error instanceof TornBytes) return null;
    throw error;
  }
}

/** Longs, but for `cut`, which is 0 or 1 here. */
function readNumbers(cursor: AvroCursor, fields: readonly FlatField[]): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { name, kind } of fields) numbers[name] = kind === "boolean" ? cursor.byte() : cursor.long();
  return numbers;
}

function endsOf(found: Record<string, Record<string, number>>): CommitEnds {
  const single = (name: string): number => found[name]?.[name] as number;
  return {
    prev: single("prev"),
    cut: single("cut") !== 0,
    books: {
      next_offsets: found.next_offsets as unknown as InputOffsets,
      task_time: single("task_time"),
      counters: found.counters as unknown as Counters,
      parked_count: single("parked_count"),
    },
  };
}

function walkArray(cursor: AvroCursor, fields: readonly FlatField[], visit: VisitRows | undefined): void {
  for (let count = cursor.itemCount(fields.length); count > 0; count = cursor.itemCount(fields.length)) {
    if (visit) visit(cursor, count);
    else for (let item = 0; item < count; item++) skipFields(cursor, fields);
  }
}

/** The `prev` of a COMMIT; null where the bytes end before. */
export function commitPrev(value: Buffer, bodyStart: number): number | null {
  try {
    return new AvroCursor(value, bodyStart).long();
  } catch (error) {
    if (error instanceof TornBytes) return null;
    throw error;
  }
}
