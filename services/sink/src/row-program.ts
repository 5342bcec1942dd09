import type { AvroCursor, FlatField } from "@antedate/schemas";
import { copyBytes, isAscii, viewOf, type RowBinary } from "./row-binary.ts";

/** What stands behind the fields of every row of a COMMIT, before the row's number. */
export interface RowSuffix {
  view: DataView;
  bytes: number;
}

/** A symbol as a String. */
interface Word {
  view: DataView;
  bytes: number;
}

const [text, int64, uint32, uint16, bool, word, hash, nothing] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const nullable = 8;
const hashBytes = 16;
/** In the place of where a value ends: it is not one of those that are rewritten quickly. */
const rare = -1;
/** No quick field reads further, but for the text itself. */
const quickBytesMax = 20;

/** What a value of each kind takes in RowBinary, where all take the same. */
const fixedBytes = Uint8Array.of(0, 8, 4, 2, 1, 0, hashBytes);

const kindOf: Record<FlatField["kind"], number> = {
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
  /** For each field its kind, with `nullable` added where it is. */
  readonly #codes: Uint8Array;
  /** For each field the symbols of its enum. */
  readonly #words: Word[][];
  /** By how many bytes a row may become longer. */
  readonly #growthMax: number;

  /** `shorts` are the fields whose column is UInt16. */
  constructor(fields: readonly FlatField[], shorts: readonly string[]) {
    this.#codes = Uint8Array.from(fields, ({ name, kind, isNullable }) => {
      const code = shorts.includes(name) ? uint16 : kindOf[kind];
      return isNullable ? code + nullable : code;
    });
    this.#words = fields.map(({ symbols }) => symbols.map(wordOf));
    const longest = this.#words.map((words) => Math.max(hashBytes, ...words.map(({ bytes }) => bytes)));
    this.#growthMax = longest.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Moves the cursor over so many rows and writes each with the suffix and its number, from `firstRow` on. */
  run(cursor: AvroCursor, count: number, out: RowBinary, suffix: RowSuffix, firstRow: number): void {
    for (let row = 0; row < count; row++) {
      for (let index = 0; index < this.#codes.length; index++) {
        index = this.#quickFields(index, cursor, out);
        if (index < this.#codes.length) this.#field(index, cursor, out);
      }
      out.raw(suffix.view, 0, suffix.bytes);
      out.uint32(firstRow + row);
    }
  }

  /**
   * Rewrites fields from `from` on that look like nearly all do, on local variables: twice as fast as on the cursor and
   * the writer. Gives the field that looks otherwise: text beyond ASCII, a null hash, a long number, the bytes' end.
   */
  #quickFields(from: number, cursor: AvroCursor, out: RowBinary): number {
    const codes = this.#codes;
    const { bytes, view } = cursor;
    const quickEnd = bytes.length - quickBytesMax;
    out.reserve(cursor.bytesLeft + this.#growthMax);
    const { buffer, view: outView } = out;
    let { length } = out;
    let { at } = cursor;
    let index = from;
    for (; index < codes.length && at < quickEnd; index++) {
      const code = codes[index] as number;
      let kind = code % nullable;
      let next = at;
      let end = length;
      if (code >= nullable) {
        const branch = bytes[next++];
        if (kind !== hash) buffer[end++] = branch === 2 ? 0 : 1;
        if (branch === 0 && kind !== hash) kind = nothing;
        else if (branch !== 2) break;
      }
      switch (kind) {
        case nothing:
          break;
        case text: {
          const first = bytes[next++] as number;
          const second = first < 0x80 ? 0 : (bytes[next++] as number);
          const size = ((first & 0x7f) | (second << 7)) >> 1;
          const isQuick = (first & 1) === 0 && second < 0x80 && size <= bytes.length - next;
          if (isQuick) {
            buffer[end++] = size < 0x80 ? size : size | 0x80;
            if (size >= 0x80) buffer[end++] = size >> 7;
          }
          next = isQuick && isAscii(copyBytes(view, next, outView, end, size)) ? next + size : rare;
          end += size;
          break;
        }
        case word: {
          const found = this.#words[index]?.[quickNumber(bytes[next++] as number)];
          if (found) copyBytes(found.view, 0, outView, end, found.bytes);
          else next = rare;
          end += found?.bytes ?? 0;
          break;
        }
        case int64:
          next = copyLong(bytes, next, outView, end);
          end += 8;
          break;
        default:
          next = copyShort(kind, cursor, next, outView, end);
          end += fixedBytes[kind] as number;
      }
      if (next === rare) break;
      at = next;
      length = end;
    }
    cursor.at = at;
    out.length = length;
    return index;
  }

  /** Rewrites any field. Throws TornBytes where it is none. */
  #field(index: number, cursor: AvroCursor, out: RowBinary): void {
    const code = this.#codes[index] as number;
    const kind = code % nullable;
    if (code >= nullable) {
      const isNull = cursor.index(2) === 0;
      if (kind !== hash) out.bool(isNull);
      else if (isNull) out.zeros(hashBytes);
      if (isNull) return;
    }
    switch (kind) {
      case text: {
        const length = cursor.length();
        out.text(cursor.view, cursor.at, length);
        cursor.skip(length);
        return;
      }
      case int64:
        return out.int64(cursor.long());
      case uint32:
        return out.uint32(cursor.number());
      case uint16:
        return out.uint16(cursor.number());
      case bool:
        return out.bool(cursor.boolean());
      case word: {
        const words = this.#words[index] as Word[];
        const { view, bytes } = words[cursor.index(words.length)] as Word;
        return out.raw(view, 0, bytes);
      }
      default: {
        const length = cursor.length();
        out.fixed(cursor.view, cursor.at, length, hashBytes);
        cursor.skip(length);
      }
    }
  }
}

/** A number of one byte; −1 for a negative or a longer one. */
function quickNumber(byte: number): number {
  return (byte & 0x81) === 0 ? byte >> 1 : -1;
}

/** Rewrites a value of as many bytes as `fixedBytes` says; gives where it ends in the Avro bytes. */
function copyShort(kind: number, { bytes, view }: AvroCursor, at: number, to: DataView, toAt: number): number {
  const first = bytes[at] as number;
  if (kind === hash) {
    if (first !== 2 * hashBytes) return rare;
    copyBytes(view, at + 1, to, toAt, hashBytes);
    return at + 1 + hashBytes;
  }
  if (kind === bool) {
    to.setUint8(toAt, first === 0 ? 0 : 1);
    return at + 1;
  }
  const number = quickNumber(first);
  if (number < 0) return rare;
  if (kind === uint16) to.setUint16(toAt, number, true);
  else to.setUint32(toAt, number, true);
  return at + 1;
}

/** A long of up to seven bytes, in two halves of which none is more than 32 bits hold. */
function copyLong(bytes: Uint8Array, at: number, to: DataView, toAt: number): number {
  let next = at;
  let byte = bytes[next++] as number;
  let low = byte & 0x7f;
  for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
    byte = bytes[next++] as number;
    low |= (byte & 0x7f) << shift;
  }
  let high = 0;
  for (let shift = 0; byte >= 0x80; shift += 7) {
    if (shift === 21) return rare;
    byte = bytes[next++] as number;
    high |= (byte & 0x7f) << shift;
  }
  const sign = -(low & 1);
  to.setInt32(toAt, ((low >>> 1) | (high << 27)) ^ sign, true);
  to.setInt32(toAt + 4, (high >>> 5) ^ sign, true);
  return next;
}

/** Symbols are ASCII and short. */
function wordOf(symbol: string): Word {
  const bytes = Buffer.from(`${String.fromCharCode(symbol.length)}${symbol}`, "latin1");
  return { view: viewOf(bytes), bytes: bytes.length };
}
