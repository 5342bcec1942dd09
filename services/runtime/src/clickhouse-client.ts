import { createClient, type ClickHouseClient } from "@clickhouse/client";

export type { ClickHouseClient } from "@clickhouse/client";

export interface ClickHouseTarget {
  /** Without user, password and database. */
  url: string;
  username: string;
  password: string;
  database: string;
}

/** The parts of CLICKHOUSE_URL; user `default`, database `antedate` where it names none. */
export function clickHouseTarget(clickHouseUrl: string): ClickHouseTarget {
  const url = new URL(clickHouseUrl);
  return {
    url: url.origin,
    username: decodeURIComponent(url.username) || "default",
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.replace(/^\//, "")) || "antedate",
  };
}

export interface ClickHouseClientOptions {
  /** Connections at the most; each insert or query in flight takes one. */
  connectionsMax?: number;
  /** Without it a table is looked for in the database of the URL. */
  database?: string;
}

/** A client for CLICKHOUSE_URL. Its own log is off: errors reach the log through the code that awaits the call. */
export function createClickHouse(clickHouseUrl: string, options: ClickHouseClientOptions = {}): ClickHouseClient {
  const target = clickHouseTarget(clickHouseUrl);
  return createClient({
    url: target.url,
    username: target.username,
    password: target.password,
    database: options.database ?? target.database,
    max_open_connections: options.connectionsMax ?? 10,
    request_timeout: 120_000,
    log: { level: 127 },
    application: "antedate",
  });
}
