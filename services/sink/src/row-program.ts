import type { AvroCursor, FlatField } from "@antedate/schemas";
import { viewOf, type RowBinary } from "./row-binary.ts";

/** What stands behind the fields of every row of a COMMIT, before the row's number. */
export interface RowSuffix {
  view: DataView;
  bytes: number;
}

const [text, int64, uint32, uint16, bool, word, hash] = [0, 1, 2, 3, 4, 5, 6];
const nullable = 8;
const hashBytes = 16;

const codeOf: Record<FlatField["kind"], number> = {
  string: text,
  long: int64,
  int: uint32,
  boolean: bool,
  enum: word,
  bytes: hash,
};

/**
 * Rewrites rows from Avro to RowBinary, field by field in the order of the Avro bytes, compiled from the fields: a string
 * becomes a String, an enum its symbol as one, a long Int64 or what has its bytes, an int UInt32, bytes a FixedString(16)
 * that is zeros for null; other nulls stay.
 */
export class RowProgram {
  readonly #codes: Uint8Array;
  /** For each field the symbols of its enum as Strings. */
  readonly #words: Word[][];

  /** `shorts` are the fields whose column is UInt16. */
  constructor(fields: readonly FlatField[], shorts: readonly string[]) {
    this.#codes = Uint8Array.from(fields, ({ name, kind, isNullable }) => {
      const code = shorts.includes(name) ? uint16 : codeOf[kind];
      return isNullable ? code | nullable : code;
    });
    this.#words = fields.map(({ symbols }) => symbols.map(wordOf));
  }

  /** Moves the cursor over so many rows and writes each with the suffix and its number, from `firstRow` on. */
  run(cursor: AvroCursor, count: number, out: RowBinary, suffix: RowSuffix, firstRow: number): void {
    for (let row = 0; row < count; row++) {
      this.#row(cursor, out);
      out.raw(suffix.view, 0, suffix.bytes);
      out.uint32(firstRow + row);
    }
  }

  #row(cursor: AvroCursor, out: RowBinary): void {
    const codes = this.#codes;
    for (let index = 0; index < codes.length; index++) {
      let code = codes[index] as number;
      if (code >= nullable) {
        code -= nullable;
        const isNull = cursor.index(2) === 0;
        if (code === hash) {
          if (isNull) out.zeros(hashBytes);
        } else out.uint8(isNull ? 1 : 0);
        if (isNull) continue;
      }
      switch (code) {
        case text: {
          const length = cursor.length();
          out.text(cursor.view, cursor.at, length);
          cursor.skip(length);
          break;
        }
        case int64:
          out.int64(cursor.long());
          break;
        case uint32:
          out.uint32(cursor.number());
          break;
        case uint16:
          out.uint16(cursor.number());
          break;
        case bool:
          out.bool(cursor.boolean());
          break;
        case word: {
          const words = this.#words[index] as Word[];
          const { view, bytes } = words[cursor.index(words.length)] as Word;
          out.raw(view, 0, bytes);
          break;
        }
        default: {
          const length = cursor.length();
          out.fixed(cursor.view, cursor.at, length, hashBytes);
          cursor.skip(length);
        }
      }
    }
  }
}

interface Word {
  view: DataView;
  bytes: number;
}

/** A symbol with its length before it; symbols are ASCII and short. */
function wordOf(symbol: string): Word {
  const bytes = Buffer.from(`${String.fromCharCode(symbol.length)}${symbol}`, "latin1");
  return { view: viewOf(bytes), bytes: bytes.length };
}
