import { Readable } from "node:stream";
import { drainStream } from "@clickhouse/client";
import { FatalError, type ClickHouseClient } from "@antedate/runtime";
import { clickHouseFault, fatalSentence } from "./clickhouse-fault.ts";

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
}

export type InsertAnswer = "done" | "unanswered" | "refused";

/** What the sink asks of ClickHouse. */
export interface Store {
  /** One try. `token` lets the server drop the block where it has it already. Throws FatalError. */
  insert(block: Block, token: string | null): Promise<InsertAnswer>;
  /** How many rows of the block's log range are there; null where the server did not say. Throws FatalError. */
  count(block: LogBlock): Promise<number | null>;
  /** Newest log_offset of a log partition in a table, −1 for none; null where the server did not say. */
  newestOffset(table: string, logId: string, partition: number): Promise<number | null>;
  /** Whether a table has no row, of an input partition where it tells them apart; null where the server did not say. */
  isEmpty(table: string, inputPartition: number | null): Promise<boolean | null>;
}

// async_insert off: it would merge blocks and answer before they are stored. One block per insert: larger limits than any
// block has, or the server would cut it in parts that a token does not cover alike.
const insertSettings = "async_insert = 0, max_insert_block_size = 10000000, max_partitions_per_insert_block = 0";

export function createClickHouseStore(client: ClickHouseClient): Store {
  const ask = async <T>(query: string, params: Record<string, unknown>): Promise<T | null> => {
    try {
      const result = await client.query({ query, query_params: params, format: "JSONEachRow" });
      return ((await result.json()) as T[])[0] ?? null;
    } catch (error) {
      throwIfFatal(error);
      return null;
    }
  };
  return {
    async insert({ table, columns, body }, token) {
      const settings = token === null ? insertSettings : `${insertSettings}, insert_deduplication_token = '${token}'`;
      const query = `INSERT INTO ${table} (${columns.join(", ")}) SETTINGS ${settings} FORMAT RowBinary`;
      try {
        const { stream } = await client.exec({ query, values: Readable.from([body], { objectMode: false }) });
        // An undrained response keeps its connection for ever.
        await drainStream(stream);
        return "done";
      } catch (error) {
        throwIfFatal(error);
        return clickHouseFault(error) === "refused" ? "refused" : "unanswered";
      }
    },
    async count({ table, logId, partition, firstOffset, lastOffset, month }) {
      const query = `SELECT toUInt32(count()) AS rows FROM ${table}
        WHERE log_id = {logId: String} AND log_partition = {partition: UInt32}
          AND log_offset BETWEEN {firstOffset: UInt64} AND {lastOffset: UInt64}
          AND toYYYYMM(decided_at) = toYYYYMM({month: Date})`;
      const found = await ask<{ rows: number }>(query, { logId, partition, firstOffset, lastOffset, month });
      return found === null ? null : found.rows;
    },
    async newestOffset(table, logId, partition) {
      const query = `SELECT if(count() = 0, -1, toInt64(max(log_offset)))::String AS newest FROM ${table}
        WHERE log_id = {logId: String} AND log_partition = {partition: UInt32}`;
      const found = await ask<{ newest: string }>(query, { logId, partition });
      return found === null ? null : Number(found.newest);
    },
    async isEmpty(table, inputPartition) {
      const where = inputPartition === null ? "" : "WHERE input_partition = {inputPartition: UInt32}";
      const found = await ask<{ rows: number }>(
        `SELECT toUInt8(count()) AS rows FROM (SELECT 1 FROM ${table} ${where} LIMIT 1)`,
        { inputPartition: inputPartition ?? 0 },
      );
      return found === null ? null : found.rows === 0;
    },
  };
}

function throwIfFatal(error: unknown): void {
  const sentence = fatalSentence(error);
  if (sentence !== null) throw new FatalError(`${sentence}.`, { cause: error });
}
