import { readMigrations, type Migration } from "@antedate/schemas";
import { FatalError, retryForever, type Logger } from "@antedate/runtime";
import { clickHouseTarget, createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { clickHouseFault, fatalSentence, passes } from "./clickhouse-fault.ts";
import { findDrifts, type FoundTables } from "./table-drift.ts";
import { readTables } from "./table-watch.ts";

export interface MigrateOptions {
  clickHouseUrl: string;
  log: Logger;
  signal?: AbortSignal;
}

/**
 * Makes the database and applies the migrations that it does not have yet, in order. Every statement is idempotent, so a
 * run that was cut off is simply run again. Gives the names of those applied. Waits for a ClickHouse that is away.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { database } = clickHouseTarget(options.clickHouseUrl);
  const outside = createClickHouse(options.clickHouseUrl, { database: "default" });
  const client = createClickHouse(options.clickHouseUrl);
  try {
    await patiently(options, () =>
      outside.command({ query: `CREATE DATABASE IF NOT EXISTS "${database.replaceAll('"', '\\"')}"` }),
    );
    await patiently(options, () => client.command({ query: createLedger }));
    const applied = await appliedNumbers(options, client);
    const found = await patiently(options, () => readTables(client));
    // From the first that has something to make: every statement is idempotent, and later ones may alter its tables.
    const all = readMigrations();
    const first = all.findIndex((migration) => !applied.has(migration.number) || lacksTable(migration, found));
    const due = first === -1 ? [] : all.slice(first);
    for (const { number, name, statements } of due) {
      for (const query of statements) await patiently(options, () => client.command({ query }));
      const query = "INSERT INTO schema_migrations (number, name) SELECT {number: UInt32}, {name: String}";
      await patiently(options, () => client.command({ query, query_params: { number, name } }));
    }
    return due.map(({ name }) => name);
  } finally {
    await Promise.all([outside.close(), client.close()]);
  }
}

function lacksTable({ statements }: Migration, found: FoundTables): boolean {
  return statements.some((statement) => {
    const table = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
    return table !== undefined && !found.has(table);
  });
}

/** Throws FatalError unless all migrations are applied and the tables are as they make them. */
export async function checkMigrated(options: MigrateOptions): Promise<void> {
  const client = createClickHouse(options.clickHouseUrl);
  try {
    const applied = await appliedNumbers(options, client);
    const missing = readMigrations().filter(({ number }) => !applied.has(number));
    if (missing.length > 0) {
      throw new FatalError(`ClickHouse lacks ${missing.map(({ name }) => name).join(", ")}: run \`antedate migrate\`.`);
    }
    const drifts = [...findDrifts(await patiently(options, () => readTables(client))).values()].flat();
    if (drifts.length > 0) throw new FatalError(`${drifts.join("; ")}.`);
  } finally {
    await client.close();
  }
}

const createLedger = `CREATE TABLE IF NOT EXISTS schema_migrations
  (number UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = ReplacingMergeTree ORDER BY number`;

async function appliedNumbers(options: MigrateOptions, client: ClickHouseClient): Promise<Set<number>> {
  const query = "SELECT number FROM schema_migrations";
  const rows = await patiently(options, async () => {
    const result = await client.query({ query, format: "JSONEachRow" });
    return await result.json<{ number: number }>();
  });
  return new Set(rows.map(({ number }) => Number(number)));
}

async function patiently<T>({ clickHouseUrl, log, signal }: MigrateOptions, attempt: () => Promise<T>): Promise<T> {
  const { url } = clickHouseTarget(clickHouseUrl);
  try {
    return await retryForever(attempt, {
      ...(signal ? { signal } : {}),
      isFatal: (error) => !passes(clickHouseFault(error)),
      waitMsMax: 5_000,
      onWait: (tries, code) => {
        if (tries === 1 || tries % 5 === 0) log.warn({ code }, `waiting for ClickHouse at ${url}`);
      },
    });
  } catch (error) {
    const sentence = fatalSentence(error);
    throw sentence === null ? error : new FatalError(`${sentence}.`, { cause: error });
  }
}
