import { rejectRawBytesMax, type RejectReason } from "@antedate/schemas";
import { onlyRow } from "./block-rows.ts";
import type { Block } from "./clickhouse-store.ts";
import { RowBinary } from "./row-binary.ts";

const reason: RejectReason = "refused_by_table";

/**
 * The row of `rejects` for a row that ClickHouse refused, the only one of its block: its place, and its columns as a line
 * of JSON, which `INSERT INTO … FORMAT JSONEachRow` takes back once it is mended (hashes are hexadecimal there). Its time is that of the row's append, so
 * that it is the same row however often it is written.
 */
export function refusedRow(block: Block): Block {
  const row = onlyRow(block);
  const isOfLog = "log_offset" in row;
  const out = new RowBinary(1024);
  out.string(isOfLog ? `table:${block.table}/${row.log_id as string}` : `table:${block.table}`);
  out.uint32((isOfLog ? row.log_partition : row.input_partition) as number);
  out.int64((isOfLog ? row.log_offset : row.input_offset) as number);
  out.uint32(isOfLog ? (row.log_row as number) : 0);
  out.string(reason);
  const raw = Buffer.from(JSON.stringify(row)).subarray(0, rejectRawBytesMax);
  out.blob(new DataView(raw.buffer, raw.byteOffset, raw.length), 0, raw.length);
  out.int64(epochMs(row.decided_at ?? row.parked_at ?? row.appended_at));
  return {
    table: "rejects",
    columns: ["topic", "partition", "offset", "row", "reason", "raw", "rejected_at"],
    body: out.bytes,
    rowCount: 1,
  };
}

function epochMs(time: unknown): number {
  return typeof time === "number" ? time : Date.parse(`${String(time).replace(" ", "T")}Z`);
}
