import { columnTypes } from "../support/row-binary-oracle.ts";

type StoredValue = string | number | boolean | null;
export type StoredRow = Record<string, StoredValue>;

/** The rows of a block in RowBinary, by the types that the SQL files give the table's columns. Throws where bytes are left. */
export function readRowBinary(table: string, columns: readonly string[], body: Buffer): StoredRow[] {
  const types = columns.map((column) => columnTypes.get(table)?.get(column) ?? `no type of ${table}.${column}`);
  const cursor = { body, at: 0 };
  const rows: StoredRow[] = [];
  while (cursor.at < body.length) {
    const row: StoredRow = {};
    for (const [index, column] of columns.entries()) row[column] = readValue(cursor, types[index] as string);
    rows.push(row);
  }
  return rows;
}

interface Cursor {
  body: Buffer;
  at: number;
}

function readValue(cursor: Cursor, type: string): StoredValue {
  if (type.startsWith("Nullable(")) return take(cursor, 1)[0] === 1 ? null : readValue(cursor, type.slice(9, -1));
  switch (type) {
    case "String":
      return take(cursor, readLength(cursor)).toString("utf8");
    case "FixedString(16)":
      return take(cursor, 16).toString("hex");
    case "Bool":
      return take(cursor, 1)[0] === 1;
    case "UInt16":
      return take(cursor, 2).readUInt16LE();
    case "UInt32":
      return take(cursor, 4).readUInt32LE();
    case "Int64":
    case "UInt64":
    case "DateTime64(3, 'UTC')":
      return Number(take(cursor, 8).readBigInt64LE());
    default:
      throw new Error(`no such type: ${type}`);
  }
}

function readLength(cursor: Cursor): number {
  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = take(cursor, 1)[0] as number;
    length += (byte & 127) * scale;
    if (byte < 128) return length;
  }
}

function take(cursor: Cursor, length: number): Buffer {
  const end = cursor.at + length;
  if (end > cursor.body.length) throw new Error("a block ends within a value");
  const bytes = cursor.body.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}
