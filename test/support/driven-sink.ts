import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseServer } from "@antedate/clickhouse-server";
import { createLogger, createTelemetry, toRecordBatch, type FlowControl, type Telemetry } from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { encodeCommit, encodeFence, type Commit } from "@antedate/schemas";
import { createClickHouseStore, createSinkMetrics, FetchBudget, migrate, TableWatch, type Store } from "@antedate/sink";
import { LogFlow } from "../../services/sink/src/log-flow.ts";
import type { LogPosition } from "../../services/sink/src/log-position.ts";
import { commitRecord, fenceRecord, logBeginning } from "./log-records.ts";

const log = createLogger({ service: "test", level: "silent" });
const appendTime = Date.UTC(2026, 10, 24);

/** The embedded ClickHouse with all tables. */
export interface DrivenClickHouse {
  url: string;
  client: ClickHouseClient;
  telemetry: Telemetry;
  store: Store;
  run(statement: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startDrivenClickHouse(): Promise<DrivenClickHouse> {
  const folder = await mkdtemp(join(tmpdir(), "antedate-sink-"));
  const server = await startClickHouseServer({ dataDir: folder, port: 0 });
  const url = `${server.url}/antedate`;
  await migrate({ clickHouseUrl: url, log });
  const client = createClickHouse(url);
  const telemetry = createTelemetry();
  return {
    url,
    client,
    telemetry,
    store: createClickHouseStore(client, new TableWatch({ client, log, health: telemetry.health })),
    run: async (query) => void (await client.command({ query })),
    async stop() {
      await client.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A log of a FENCE and COMMITs, each behind the one before it. */
export function logOf(logId: string, ...commits: Partial<Commit>[]): Buffer[] {
  const values = [encodeFence(fenceRecord({ log_id: logId }))];
  for (const commit of commits) values.push(encodeCommit(commitRecord({ prev: values.length - 1, ...commit })));
  return values;
}

export interface DrivenFlow {
  /** Resolves with the metadata once the group's offset is `offset`; rejects with what ended the flow. */
  committed(offset: number): Promise<string | null>;
  stop(): Promise<void>;
}

/** The sink's flow of partition 3 of a log that is fetched at once, from a position on, by default its beginning. */
export function driveLogFlow(store: Store, values: readonly Buffer[], from: Partial<LogPosition> = {}): DrivenFlow {
  const start = { ...logBeginning, ...from };
  const topic = "email.classified";
  const waiting: { offset: number; resolve(metadata: string | null): void }[] = [];
  let newest: { offset: number; metadata: string | null } = { offset: -1, metadata: null };
  const control: FlowControl = {
    start: () => queueMicrotask(() => flow.receive(topic, fetched(values, start.offset))),
    pause: () => {},
    resume: () => {},
    commit: ([own]) => {
      newest = { offset: Number(own?.offset), metadata: own?.metadata ?? null };
      for (const { offset, resolve } of waiting) if (newest.offset >= offset) resolve(newest.metadata);
    },
  };
  const flow = new LogFlow({
    topic,
    partition: 3,
    control,
    budget: new FetchBudget(64 * 1024 * 1024),
    log,
    metrics: createSinkMetrics(createTelemetry()).flow(topic, 3),
    store,
    inserts: { add: (insert) => insert() },
    findPosition: () => Promise.resolve(start),
  });
  const run = flow.run();
  // Who does not wait for it learns of it from `stop`.
  run.catch(() => {});
  return {
    committed: async (offset) =>
      await Promise.race([
        new Promise<string | null>((resolve) => {
          if (newest.offset >= offset) resolve(newest.metadata);
          else waiting.push({ offset, resolve });
        }),
        run.then(() => Promise.reject(new Error("the flow ended"))),
      ]),
    async stop() {
      flow.stop();
      await run;
    },
  };
}

function fetched(values: readonly Buffer[], from: number) {
  const records = values.slice(from).map((value, index) => ({ offset: from + index, appendTime, key: null, value }));
  const end = values.length;
  return { batches: [toRecordBatch(records)], fetchedOffset: from, nextOffset: end, highWatermark: end };
}
