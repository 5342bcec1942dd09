import { rowFields, tableColumns, type Commit, type RowsName } from "@antedate/schemas";
import type { CommitPlace } from "@antedate/sink";

/** Column types by table, as the SQL files have them, without LowCardinality, which RowBinary does not see. */
export const columnTypes: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...tableColumns()].map(([table, columns]) => [
    table,
    new Map([...columns].map(([name, type]) => [name, withoutLowCardinality(type)])),
  ]),
);

function withoutLowCardinality(type: string): string {
  return type.replace(/^LowCardinality\((.*)\)$/, "$1");
}

/** The columns of a table in the order in which the sink writes them. */
export function columnsOf(table: RowsName): string[] {
  const time = table === "parked" ? "parked_at" : "decided_at";
  return [...rowFields(table).map(({ name }) => name), time, "log_id", "log_partition", "log_offset", "log_row"];
}

export interface ExpectedBlock {
  table: RowsName;
  month: string;
  /** Hex: a difference in bytes is found far sooner in strings. */
  body: string;
  rowCount: number;
  firstOffset: number;
  lastOffset: number;
}

/** The rows of COMMITs in the RowBinary that the types of the table's columns ask for, by the month they are appended in. */
export function expectedBlocks(table: RowsName, log: { commit: Commit; place: CommitPlace }[]): ExpectedBlock[] {
  const blocks: ExpectedBlock[] = [];
  for (const { commit, place } of log) {
    const month = `${new Date(place.appendTime).toISOString().slice(0, 7)}-01`;
    for (const [log_row, row] of commit[table].entries()) {
      let block = blocks.find((known) => known.month === month);
      if (!block) {
        block = { table, month, body: "", rowCount: 0, firstOffset: place.offset, lastOffset: -1 };
        blocks.push(block);
      }
      block.body += encodeRow(table, { ...row, ...placed(place), log_row }).toString("hex");
      block.rowCount++;
      block.lastOffset = place.offset;
    }
  }
  return blocks.toSorted((one, other) => one.lastOffset - other.lastOffset);
}

function placed({ appendTime, logId, partition, offset }: CommitPlace): Record<string, unknown> {
  return { decided_at: appendTime, parked_at: appendTime, log_id: logId, log_partition: partition, log_offset: offset };
}

function encodeRow(table: RowsName, row: Record<string, unknown>): Buffer {
  return encodeColumns(table, columnsOf(table), row);
}

/** A row of any table, its columns in the given order. */
export function encodeColumns(table: string, columns: readonly string[], row: Record<string, unknown>): Buffer {
  const types = columnTypes.get(table);
  return Buffer.concat(columns.map((column) => encodeValue(types?.get(column) ?? column, row[column])));
}

function encodeValue(type: string, value: unknown): Buffer {
  const inner = /^Nullable\((.*)\)$/.exec(type)?.[1];
  if (inner !== undefined && value === null) return Buffer.of(1);
  if (inner !== undefined) return Buffer.concat([Buffer.of(0), encodeValue(inner, value)]);
  const bytes = Buffer.alloc(8);
  switch (type) {
    case "String": {
      const text = Buffer.from(value as string);
      return Buffer.concat([leb128(text.length), text]);
    }
    case "FixedString(16)":
      return Buffer.concat([(value ?? Buffer.alloc(0)) as Buffer, Buffer.alloc(16)]).subarray(0, 16);
    case "Bool":
      return Buffer.of(value === true ? 1 : 0);
    case "UInt16":
      return bytes.subarray(0, bytes.writeUInt16LE(Math.min(value as number, 65_535)));
    case "UInt32":
      return bytes.subarray(0, bytes.writeUInt32LE(value as number));
    case "Int32":
      return bytes.subarray(0, bytes.writeInt32LE(value as number));
    case "Int64":
    case "UInt64":
    case "DateTime64(3, 'UTC')":
      return bytes.subarray(0, bytes.writeBigInt64LE(BigInt(value as number)));
    default:
      throw new Error(`no such type: ${type}`);
  }
}

function leb128(length: number): Buffer {
  return length < 128 ? Buffer.of(length) : Buffer.concat([Buffer.of((length % 128) + 128), leb128(length >> 7)]);
}
