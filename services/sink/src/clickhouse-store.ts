import { Readable } from "node:stream";
import { drainStream } from "@clickhouse/client";
import { FatalError } from "@antedate/runtime";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { clickHouseFault, fatalSentence } from "./clickhouse-fault.ts";
import { RowBinary } from "./row-binary.ts";
import type { TableWatch } from "./table-watch.ts";

/** Rows of one table, encoded. */
export interface Block {
  table: string;
  columns: string[];
  body: Buffer;
  rowCount: number;
}

/** The valid rows between two cuts, for one table and one month. */
export interface LogBlock extends Block {
  logId: string;
  partition: number;
  firstOffset: number;
  lastOffset: number;
  /** First day of the month of decided_at, `YYYY-MM-01`; the table's partition. */
  month: string;
  /** Of a block that was split: the log_row of its first row at `firstOffset` and of its last at `lastOffset`. */
  part?: { firstRow: number; lastRow: number };
}

/**
 * `refused`: not stored, to be tried again. `poisoned`: refused because of its data, and it would be again; stored only
 * where a view behind the table is what failed.
 */
export type InsertAnswer = "done" | "unanswered" | "refused" | "poisoned";

/** What the sink asks of ClickHouse. */
export interface Store {
  /** One try. `token` lets the server drop the block where it has it already. Throws FatalError. */
  insert(block: Block, token: string | null): Promise<InsertAnswer>;
  /** How many rows of the block's log range, of a part's rows, are there; null where the server did not say. Throws FatalError. */
  count(block: LogBlock): Promise<number | null>;
  /** Newest log_offset of a log partition in a table, −1 for none; null where the server did not say. */
  newestOffset(table: string, logId: string, partition: number): Promise<number | null>;
  /** Whether a table has no row, of an input partition where it tells them apart; null where the server did not say. */
  isEmpty(table: string, inputPartition: number | null): Promise<boolean | null>;
}

// async_insert off: it would merge blocks and answer before they are stored. One block per insert: larger limits than any
// block has, or the server would cut it in parts that a token does not cover alike. A view that a user hung on a table is
// told the token too: without it a block that is sent again is dropped by the table and counted twice by the view.
const insertSettings = [
  "async_insert = 0",
  "max_insert_block_size = 10000000",
  "max_partitions_per_insert_block = 0",
  "deduplicate_blocks_in_dependent_materialized_views = 1",
].join(", ");

/**
 * Column types go with every body, so that a table that was altered refuses it instead of reading it otherwise. What a
 * table refuses for its columns, or because of a row while its columns are not what they must be, is tried again for ever.
 */
export function createClickHouseStore(client: ClickHouseClient, tables: TableWatch): Store {
  const ask = async <T>(table: string, query: string, params: Record<string, unknown>): Promise<T | null> => {
    try {
      const result = await client.query({ query, query_params: params, format: "JSONEachRow" });
      return ((await result.json()) as T[])[0] ?? null;
    } catch (error) {
      if (clickHouseFault(error) === "schema") await complain(tables, table, error);
      else throwIfFatal(error);
      return null;
    }
  };
  return {
    async insert({ table, columns, body }, token) {
      const types = await tables.typesOf(table, columns);
      if (types === null) return "refused";
      const settings = token === null ? insertSettings : `${insertSettings}, insert_deduplication_token = '${token}'`;
      const names = columns.join(", ");
      const query = `INSERT INTO ${table} (${names}) SETTINGS ${settings} FORMAT RowBinaryWithNamesAndTypes`;
      try {
        const values = Readable.from([columnHeader(columns, types), body], { objectMode: false });
        const { stream } = await client.exec({ query, values });
        // An undrained response keeps its connection for ever.
        await drainStream(stream);
        tables.settled(table);
        return "done";
      } catch (error) {
        return await answerOf(tables, table, error);
      }
    },
    async count({ table, logId, partition, firstOffset, lastOffset, month, part }) {
      const query = `SELECT toUInt32(count()) AS rows FROM ${table}
        WHERE log_id = {logId: String} AND log_partition = {partition: UInt32}
          AND log_offset BETWEEN {firstOffset: UInt64} AND {lastOffset: UInt64}
          AND NOT (log_offset = {firstOffset: UInt64} AND log_row < {firstRow: UInt32})
          AND NOT (log_offset = {lastOffset: UInt64} AND log_row > {lastRow: UInt32})
          AND toYYYYMM(decided_at) = toYYYYMM({month: Date})`;
      const { firstRow, lastRow } = part ?? { firstRow: 0, lastRow: 2 ** 32 - 1 };
      const params = { logId, partition, firstOffset, lastOffset, firstRow, lastRow, month };
      const found = await ask<{ rows: number }>(table, query, params);
      return found === null ? null : found.rows;
    },
    async newestOffset(table, logId, partition) {
      const query = `SELECT if(count() = 0, -1, toInt64(max(log_offset)))::String AS newest FROM ${table}
        WHERE log_id = {logId: String} AND log_partition = {partition: UInt32}`;
      const found = await ask<{ newest: string }>(table, query, { logId, partition });
      return found === null ? null : Number(found.newest);
    },
    async isEmpty(table, inputPartition) {
      const where = inputPartition === null ? "" : "WHERE input_partition = {inputPartition: UInt32}";
      const found = await ask<{ rows: number }>(
        table,
        `SELECT toUInt8(count()) AS rows FROM (SELECT 1 FROM ${table} ${where} LIMIT 1)`,
        { inputPartition: inputPartition ?? 0 },
      );
      return found === null ? null : found.rows === 0;
    },
  };
}

/** What an insert that failed means for its block. Throws FatalError. */
async function answerOf(tables: TableWatch, table: string, error: unknown): Promise<InsertAnswer> {
  const fault = clickHouseFault(error);
  switch (fault) {
    case "unanswered":
    case "refused":
      return fault;
    case "data":
      return (await tables.recheck(table)) === "same" ? "poisoned" : "refused";
    case "schema":
      await complain(tables, table, error);
      return "refused";
    case "fatal":
      throwIfFatal(error);
      throw error;
  }
}

/** Says what the table lacks, or, where its columns are as they must be, that something hung on it is the matter. */
async function complain(tables: TableWatch, table: string, error: unknown): Promise<void> {
  if ((await tables.recheck(table)) === "same") tables.complain(table, fatalSentence(error) as string);
}

/** What stands before the rows in RowBinaryWithNamesAndTypes. */
function columnHeader(columns: readonly string[], types: readonly string[]): Buffer {
  const out = new RowBinary(1024);
  // Fewer than 128, so a byte is a LEB128.
  out.uint8(columns.length);
  for (const text of [...columns, ...types]) out.string(text);
  return out.bytes;
}

function throwIfFatal(error: unknown): void {
  const sentence = fatalSentence(error);
  if (sentence !== null) throw new FatalError(`${sentence}.`, { cause: error });
}
