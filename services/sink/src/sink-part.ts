import PQueue from "p-queue";
import type { Admin } from "kafkajs";
import {
  atMost,
  connectPatiently,
  createKafka,
  createPartitionReader,
  installLazyBatches,
  createWriterSchemaSource,
  GroupMember,
  retryForever,
  waitForKafka,
  type FlowControl,
  type Logger,
  type Part,
  type RuntimeConfig,
  type Telemetry,
} from "@antedate/runtime";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { createClickHouseStore } from "./clickhouse-store.ts";
import { FetchBudget } from "./fetch-budget.ts";
import { LogFlow } from "./log-flow.ts";
import { findLogPosition, type CommittedPosition } from "./log-position.ts";
import { meteredStore } from "./metered-store.ts";
import { checkMigrated } from "./migrate.ts";
import { RawFlow } from "./raw-flow.ts";
import { rawTables } from "./raw-tables.ts";
import { TableWatch } from "./table-watch.ts";
import { createSinkMetrics } from "./sink-metrics.ts";

/** Inserts in flight over all tables and partitions. */
const insertsMax = 4;
/** A connection waits for its answers before it closes. */
const closeMsMax = 2_000;

export interface SinkPartOptions {
  config: RuntimeConfig;
  log: Logger;
  signal: AbortSignal;
  telemetry: Telemetry;
}

/** The sink service: the join log into the fact tables, raw sends, deliveries and rejects into theirs. */
export function createSinkPart({ config, log, signal, telemetry }: SinkPartOptions): Part {
  if (config.lazyBatches) installLazyBatches();
  const client = { brokers: config.brokers, security: config.security, clientId: "antedate-sink", log };
  const { kafka, admin, reader, endsReader, clickHouse, close } = createClients(client, config.clickHouseUrl);
  const tables = new TableWatch({ client: clickHouse, log, health: telemetry.health });
  const clickHouseStore = createClickHouseStore(clickHouse, tables);
  const metricsOf = createSinkMetrics(telemetry);
  const health = telemetry.health.place("sink");
  const inserts = new PQueue({ concurrency: insertsMax });
  const budget = new FetchBudget(config.sinkBufferMiB * 1024 * 1024);
  const schemas = createWriterSchemaSource({ ...config, log, signal });
  const group = `${config.consumerGroup}-sink`;
  const topicOf = (name: string): string => config.topicPrefix + name;
  const raw = new Map(Object.entries(rawTables(schemas.schemas)).map(([name, table]) => [topicOf(name), table]));
  const createFlow = (topic: string, partition: number, control: FlowControl) => {
    const committed = (stop: AbortSignal) => committedPosition({ admin, group, topic, partition, log, signal: stop });
    const metrics = metricsOf.flow(topic, partition);
    const store = meteredStore(clickHouseStore, metrics);
    const shared = { topic, partition, control, budget, store, inserts, metrics, log: log.child({ topic, partition }) };
    const table = raw.get(topic);
    if (table !== undefined) return new RawFlow({ ...shared, table, reader, committed });
    return new LogFlow({
      ...shared,
      findPosition: async (newestOffsets, stop) =>
        await findLogPosition(await committed(stop), { reader, topic, partition, newestOffsets, log, signal: stop }),
    });
  };
  const member = new GroupMember({
    kafka,
    group,
    topics: [topicOf("classified"), ...raw.keys()],
    flowKey: (topic, partition) => `${topic}/${partition}`,
    createFlow: ([place], control) => createFlow(place?.topic as string, place?.partition as number, control),
    prepare: (batches) => schemas.loadFor(batches),
    sessionTimeoutMs: config.sessionTimeoutMs,
    watchdog: { stillMsMax: config.watchdogMs, ends: endsReader.highs, retries: () => metricsOf.failures },
    log,
    health,
  });
  return {
    name: "sink",
    ended: member.ended,
    async start() {
      health.waitFor("ClickHouse has not answered");
      await checkMigrated({ clickHouseUrl: config.clickHouseUrl, log, signal });
      health.waitFor("Kafka has not answered");
      await waitForKafka(client, signal);
      await connectPatiently([admin], log, signal);
      await member.start();
    },
    async stop() {
      await member.stop();
      await atMost(closeMsMax, close());
    },
  };
}

function createClients(client: Parameters<typeof createKafka>[0], clickHouseUrl: string) {
  const kafka = createKafka(client);
  const admin = kafka.admin();
  const reader = createPartitionReader(client);
  const endsReader = createPartitionReader({ ...client, endsBeforeOpenTransactions: true });
  const clickHouse = createClickHouse(clickHouseUrl, { connectionsMax: insertsMax + 4 });
  const close = (): Promise<unknown> =>
    Promise.all([admin.disconnect(), reader.close(), endsReader.close(), clickHouse.close()]);
  return { kafka, admin, reader, endsReader, clickHouse, close };
}

/** What the group committed for a partition; null where nothing. */
async function committedPosition(place: {
  admin: Admin;
  group: string;
  topic: string;
  partition: number;
  log: Logger;
  signal: AbortSignal;
}): Promise<CommittedPosition | null> {
  const { admin, group: groupId, topic, partition, log, signal } = place;
  const [found] = await retryForever(() => admin.fetchOffsets({ groupId, topics: [topic] }), {
    signal,
    onWait: (_, code) => log.warn({ code }, "waiting for the group's offsets"),
  });
  const own = found?.partitions.find((p) => p.partition === partition);
  const offset = Number(own?.offset ?? -1);
  return offset < 0 ? null : { offset, metadata: own?.metadata ?? null };
}
