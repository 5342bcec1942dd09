import type { Block, InsertAnswer, LogBlock, Store } from "../../services/sink/src/clickhouse-store.ts";
import type { Faults } from "./faults.ts";
import { readRowBinary, type StoredRow } from "./row-binary-reader.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";
import type { Server, Wire } from "./wire.ts";

/**
 * Tables as lists of rows. What matters of the server (reference: design §6): it writes a block's token before the part's
 * rename, so that a kill in between leaves a token without its rows; a token it knows makes it drop the block and answer
 * as if it had been stored; a part is there whole or not at all.
 */
export class SimClickHouse implements Server {
  readonly name = "ClickHouse";
  isAway = false;
  readonly cutOff: Set<SimProcess> = new Set();
  readonly #tables = new Map<string, StoredRow[]>();
  readonly #tokens = new Set<string>();
  /** Tokens that were written and whose rows were not. */
  lyingTokens = 0;
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  /** Called with the rows of each part as it appears. */
  readonly #onPart: (table: string, rows: StoredRow[]) => void;

  constructor(time: VirtualTime, faults: Faults, onPart: (table: string, rows: StoredRow[]) => void) {
    this.#time = time;
    this.#faults = faults;
    this.#onPart = onPart;
  }

  rows(table: string): StoredRow[] {
    let rows = this.#tables.get(table);
    if (!rows) this.#tables.set(table, (rows = []));
    return rows;
  }

  /** It is gone, with what it had in hand, and comes back. */
  kill(): void {
    this.isAway = true;
    const backAfterMs = this.#faults.span(50, 4_000);
    this.#time.schedule(backAfterMs, null, "ClickHouse is back", () => (this.isAway = false));
  }

  insert({ table, columns, body, rowCount }: Block, token: string | null): void {
    const rows = readRowBinary(table, columns, body);
    if (rows.length !== rowCount) throw new Error(`a block of ${rows.length} rows that says it has ${rowCount}`);
    const own = `${table} ${token}`;
    if (token !== null && this.#tokens.has(own)) return;
    this.#mayDie("ClickHouse killed before token");
    if (token !== null) this.#tokens.add(own);
    this.lyingTokens++;
    this.#mayDie("ClickHouse killed between token and part");
    this.lyingTokens--;
    this.rows(table).push(...rows);
    this.#onPart(table, rows);
    this.#mayDie("ClickHouse killed after part");
  }

  #mayDie(kind: Parameters<Faults["strikes"]>[0]): void {
    if (!this.#faults.strikes(kind)) return;
    this.kill();
    throw new Error(kind);
  }
}

/** A process's way to ClickHouse, as `createClickHouseStore` gives it. */
export function simStore(server: SimClickHouse, wire: Wire, faults: Faults): Store {
  const ask = async <T>(what: string, act: () => T): Promise<T | null> =>
    await wire.request(server, "read", what, act).catch(() => null);
  const ofLog = (table: string, logId: string, partition: number): StoredRow[] =>
    server.rows(table).filter((row) => row.log_id === logId && row.log_partition === partition);
  return {
    async insert(block, token): Promise<InsertAnswer> {
      const what = `inserts ${block.rowCount} rows into ${block.table} as ${token?.slice(-24) ?? "no token"}`;
      const isRefused = faults.strikes("ClickHouse refuses");
      const insert = (): InsertAnswer => {
        if (isRefused) return "refused";
        server.insert(block, token);
        return "done";
      };
      return await wire.request(server, "write", what, insert).catch(() => "unanswered" as const);
    },
    count: (block: LogBlock) =>
      ask(`counts ${block.table} ${block.firstOffset} to ${block.lastOffset}`, () => {
        const { logId, partition, firstOffset, lastOffset, month } = block;
        return ofLog(block.table, logId, partition).filter(({ log_offset: offset, decided_at: at }) => {
          const isInside = (offset as number) >= firstOffset && (offset as number) <= lastOffset;
          return isInside && new Date(at as number).toISOString().startsWith(month.slice(0, 7));
        }).length;
      }),
    newestOffset: (table, logId, partition) =>
      ask(`asks for the newest offset of ${table}/${partition}`, () =>
        ofLog(table, logId, partition).reduce((newest, row) => Math.max(newest, row.log_offset as number), -1),
      ),
    isEmpty: (table) => ask(`asks whether ${table} is empty`, () => server.rows(table).length === 0),
  };
}
