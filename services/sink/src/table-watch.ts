import type { HealthPlace, Logger, Telemetry } from "@antedate/runtime";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { findDrifts, type FoundTables } from "./table-drift.ts";

/** What became of a table since its columns were read last. */
export type TableState = "same" | "changed" | "drifted" | "unknown";

export interface TableWatchOptions {
  client: ClickHouseClient;
  log: Logger;
  health: Telemetry["health"];
}

/** The tables' columns as ClickHouse has them: read once, and again whenever it does not take what is sent. */
export class TableWatch {
  readonly #options: TableWatchOptions;
  #found: FoundTables | null = null;
  /** Tables that were as they must be when they were looked at last. */
  readonly #good = new Set<string>();
  readonly #complaints = new Map<string, HealthPlace>();

  constructor(options: TableWatchOptions) {
    this.#options = options;
  }

  /** Types of a table's columns in the given order; null where they are not known, or not what they must be. */
  async typesOf(table: string, columns: readonly string[]): Promise<string[] | null> {
    if (!this.#good.has(table)) await this.recheck(table);
    const own = this.#good.has(table) ? this.#found?.get(table) : undefined;
    return own === undefined ? null : columns.map((column) => own.get(column)?.type as string);
  }

  /** Reads the columns again, and complains where the table's are not what they must be. */
  async recheck(table: string): Promise<TableState> {
    const before = this.#found?.get(table);
    try {
      this.#found = await readTables(this.#options.client);
    } catch {
      return "unknown";
    }
    const [drift] = findDrifts(this.#found).get(table) ?? [];
    if (drift !== undefined) {
      this.#good.delete(table);
      this.complain(table, drift);
      return "drifted";
    }
    this.#good.add(table);
    const [was, is] = [before, this.#found.get(table)].map((columns) => JSON.stringify([...(columns ?? [])]));
    return was === is ? "same" : "changed";
  }

  /** Says, once and in the health, why a table's rows have to wait for a person. */
  complain(table: string, sentence: string): void {
    const { log, health } = this.#options;
    let place = this.#complaints.get(table);
    if (place === undefined) {
      log.error({ table }, sentence);
      this.#complaints.set(table, (place = health.place(`sink table ${table}`)));
    }
    place.waitFor(sentence);
  }

  /** ClickHouse took rows of the table. */
  settled(table: string): void {
    const place = this.#complaints.get(table);
    if (place === undefined) return;
    this.#options.log.info({ table }, "ClickHouse takes rows of the table again");
    place.goOn();
    this.#complaints.delete(table);
  }
}

/** Columns of all tables of the client's database. */
export async function readTables(client: ClickHouseClient): Promise<FoundTables> {
  const query = "SELECT table, name, type, default_kind FROM system.columns WHERE database = currentDatabase()";
  const result = await client.query({ query, format: "JSONEachRow" });
  const rows = await result.json<{ table: string; name: string; type: string; default_kind: string }>();
  const found = new Map<string, Map<string, { type: string; kind: string }>>();
  for (const { table, name, type, default_kind: kind } of rows) {
    const own = found.get(table) ?? new Map<string, { type: string; kind: string }>();
    found.set(table, own.set(name, { type, kind }));
  }
  return found;
}
