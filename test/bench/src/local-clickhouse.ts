import { readFileSync, writeFileSync } from "node:fs";
import { startClickHouseServer } from "@antedate/clickhouse-server";
import { createLogger } from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { migrate } from "@antedate/sink";

export interface LocalClickHouse {
  pid: number;
  /** URL of a database with all tables of the contract, made where it is not there. */
  database(name: string): Promise<string>;
  client(url: string): ClickHouseClient;
  stop(): Promise<void>;
}

export async function startClickHouse(dataDir: string): Promise<LocalClickHouse> {
  const server = await startClickHouseServer({ dataDir, port: 0 });
  const clients: ClickHouseClient[] = [];
  return {
    pid: server.pid,
    async database(name) {
      const url = `${server.url}/${name}`;
      await migrate({ clickHouseUrl: url, log: createLogger({ service: "bench", level: "silent" }) });
      return url;
    },
    client(url) {
      const client = createClickHouse(url);
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) await client.close();
      await server.stop();
    },
  };
}

export async function select<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: "JSONEachRow" });
  return await result.json<T>();
}

/** Forgets the most memory that a process had so far (Linux). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** Resident memory of a process now, or the most it had since `forgetPeak`, bytes (Linux). */
export function residentBytes(pid: number, which: "now" | "peak"): number {
  const field = which === "now" ? "VmRSS" : "VmHWM";
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
}
