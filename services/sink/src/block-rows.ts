import { tableColumns } from "@antedate/schemas";
import type { Block } from "./clickhouse-store.ts";
import { viewOf } from "./row-binary.ts";

/** Where a row's values begin in the body, read one after the other; `at` is behind them then. */
class RowReader {
  readonly #view: DataView;
  readonly #body: Buffer;
  at = 0;

  constructor(body: Buffer) {
    this.#body = body;
    this.#view = viewOf(body);
  }

  /** A value of the type, as JSON can say it. */
  value(type: string): string | number | boolean | null {
    const inner = innerOf(type);
    if (type.startsWith("Nullable") && this.#body[this.at++] === 1) return null;
    switch (inner) {
      case "String": {
        const bytes = this.#varint();
        return this.#take(bytes).toString("utf8");
      }
      case "FixedString(16)":
        return this.#take(16).toString("hex");
      case "Bool":
        return this.#body[this.at++] !== 0;
      case "UInt16":
        return this.#view.getUint16(this.#pass(2), true);
      case "UInt32":
        return this.#view.getUint32(this.#pass(4), true);
      case "Int32":
        return this.#view.getInt32(this.#pass(4), true);
      case "Int64":
      case "UInt64":
        return this.#int64();
      case "DateTime64(3, 'UTC')":
        return timeOf(this.#int64());
      default:
        throw new TypeError(`nothing writes ${type}`);
    }
  }

  #int64(): number {
    return Number(this.#view.getBigInt64(this.#pass(8), true));
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#body[this.at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  #take(bytes: number): Buffer {
    const at = this.#pass(bytes);
    return this.#body.subarray(at, at + bytes);
  }

  #pass(bytes: number): number {
    this.at += bytes;
    return this.at - bytes;
  }
}

/** The type without what stands around it. */
function innerOf(type: string): string {
  const outer = /^(?:LowCardinality|Nullable)\((.*)\)$/.exec(type);
  return outer === null ? type : innerOf(outer[1] as string);
}

/** As ClickHouse reads it too; a time that no date can say stays the number it is. */
function timeOf(ms: number): string | number {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? ms : date.toISOString().replace("T", " ").replace("Z", "");
}

function typesOf({ table, columns }: Block): string[] {
  const known = tableColumns().get(table);
  // What stands around LowCardinality is not in the bytes, what stands within it is.
  return columns.map((column) => (known?.get(column) ?? "").replace(/^LowCardinality\((.*)\)$/, "$1"));
}

/** Where each row of a block ends in its body. Needed only where a block is split: nobody keeps it before. */
export function rowEnds(block: Block): Uint32Array {
  const types = typesOf(block);
  const reader = new RowReader(block.body);
  return Uint32Array.from({ length: block.rowCount }, () => {
    for (const type of types) reader.value(type);
    return reader.at;
  });
}

/** The only row of a block by its columns. */
export function onlyRow(block: Block): Record<string, string | number | boolean | null> {
  const types = typesOf(block);
  const reader = new RowReader(block.body);
  return Object.fromEntries(block.columns.map((column, index) => [column, reader.value(types[index] as string)]));
}
