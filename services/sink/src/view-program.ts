import type { EventView, FlatField } from "@antedate/schemas";
import { copyBytes, isAscii, viewOf, type RowBinary } from "./row-binary.ts";

const [text, int64, int32, word, hash, blob] = [0, 1, 2, 3, 4, 5] as const;
const hashBytes = 16;
/** What a field takes at the most besides its text: the mark of a null, the length of a text. */
const fieldBytesMax = 12;

interface Field {
  kind: number;
  isNullable: boolean;
  /** The symbols of an enum, each as a String. */
  words: Buffer[];
}

const kindOf: Record<Exclude<FlatField["kind"], "boolean">, number> = {
  string: text,
  long: int64,
  int: int32,
  enum: word,
  bytes: hash,
};

/**
 * Writes events from where a view has their fields, in RowBinary and in the order of the view: a string becomes a String,
 * an enum its symbol as one, a long Int64 or what has its bytes, an int Int32 or UInt32, bytes a FixedString(16).
 */
export class ViewProgram {
  readonly #fields: Field[];
  readonly #fixedBytesMax: number;
  /** The buffer that was read last, and its view by words. */
  #bytes: Uint8Array = new Uint8Array(0);
  #from: DataView = viewOf(this.#bytes);

  /** `blobs` are the fields of bytes whose column is String. */
  constructor(fields: readonly FlatField[], blobs: readonly string[] = []) {
    this.#fields = fields.map(({ name, kind, isNullable, symbols }) => {
      if (kind === "boolean") throw new TypeError(`${name} has no column`);
      return { kind: blobs.includes(name) ? blob : kindOf[kind], isNullable, words: symbols.map(wordOf) };
    });
    const longest = this.#fields.map(({ words }) => Math.max(hashBytes, ...words.map(({ length }) => length)));
    this.#fixedBytesMax = longest.reduce((sum, bytes) => sum + bytes + fieldBytesMax, 0);
  }

  write(view: EventView, out: RowBinary): void {
    if (view.bytes !== this.#bytes) {
      this.#bytes = view.bytes;
      this.#from = viewOf(view.bytes);
    }
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index++) {
      const { kind, isNullable, words } = fields[index] as Field;
      const length = view.length[index] as number;
      out.reserve(this.#fixedBytesMax);
      if (isNullable) {
        const isNull = kind === int64 || kind === int32 ? Number.isNaN(view.number[index]) : length === -1;
        out.buffer[out.length++] = isNull ? 1 : 0;
        if (isNull) continue;
      }
      switch (kind) {
        case text:
          this.#text(out, view.start[index] as number, length);
          break;
        case int64:
          out.int64(view.number[index] as number);
          break;
        case int32:
          out.view.setInt32(out.length, view.number[index] as number, true);
          out.length += 4;
          break;
        case word:
          out.length += (words[view.number[index] as number] as Buffer).copy(out.buffer, out.length);
          break;
        case hash:
          out.fixed(this.#from, view.start[index] as number, length, hashBytes);
          break;
        default:
          out.blob(this.#from, view.start[index] as number, length);
      }
    }
  }

  /** Short ASCII, which nearly all text is, without a call for each step. */
  #text(out: RowBinary, start: number, length: number): void {
    if (length < 0x80) {
      out.reserve(length + 1);
      out.buffer[out.length] = length;
      if (isAscii(copyBytes(this.#from, start, out.view, out.length + 1, length))) {
        out.length += length + 1;
        return;
      }
    }
    out.text(this.#from, start, length);
  }
}

/** Symbols are ASCII and short. */
function wordOf(symbol: string): Buffer {
  return Buffer.from(`${String.fromCharCode(symbol.length)}${symbol}`, "latin1");
}
