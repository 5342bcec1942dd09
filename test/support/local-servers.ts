import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { startAntedate, type AntedateProcess } from "./antedate-process.ts";

export interface LocalServers {
  dataDir: string;
  process: AntedateProcess;
  brokers: string;
  clickHouseUrl: string;
  clickHouse: ClickHouseClient;
  /** Environment for other processes of the command line. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** `antedate up` on free ports; with `infraOnly` the services are for the test to start. */
export async function startServers(
  options: { infraOnly?: boolean; partitions?: number; dataDir?: string; env?: Record<string, string> } = {},
): Promise<LocalServers> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "antedate-e2e-")));
  const ports = ["--kafka-port", "0", "--clickhouse-port", "0", "--http-port", "0"];
  const flags = [...(options.infraOnly ? ["--infra-only"] : []), "--partitions", String(options.partitions ?? 4)];
  const up = startAntedate(["up", "--data", dataDir, ...ports, ...flags], options.env);
  await up.waitFor(/^ready$/m);
  const [, brokers = ""] = await up.waitFor(/^Kafka +(\S+)$/m);
  const [, clickHouseUrl = ""] = await up.waitFor(/^ClickHouse +(\S+)$/m);
  const clickHouse = createClickHouse(clickHouseUrl);
  return {
    dataDir,
    process: up,
    brokers,
    clickHouseUrl,
    clickHouse,
    env: {
      KAFKA_BROKERS: brokers,
      CLICKHOUSE_URL: clickHouseUrl,
      STATE_DIR: dataDir,
      LOG_LEVEL: "warn",
      ...options.env,
    },
    async stop() {
      await clickHouse.close();
      await up.kill("SIGTERM");
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Rows of a query. */
export async function select<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: "JSONEachRow" });
  return await result.json<T>();
}

/** Asks until the answer is as wanted; throws with the last answer after two minutes. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  waitMsMax = 120_000,
): Promise<T> {
  for (const began = Date.now(); ;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() - began > waitMsMax) throw new Error(`still ${JSON.stringify(answer)} after ${waitMsMax} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
