import { createSettingsLookup, settingsDigest } from "@antedate/join";
import {
  connectPatiently,
  createTelemetry,
  GroupMember,
  retryForever,
  type FlowControl,
  type Logger,
  type PartitionReader,
} from "@antedate/runtime";
import { WriterSchemas, type Input } from "@antedate/schemas";
import type { Kafka } from "kafkajs";
import PQueue from "p-queue";
import { JoinMember, type Keeping } from "../../services/join/src/join-member.ts";
import type { Store } from "../../services/sink/src/clickhouse-store.ts";
import { FetchBudget } from "../../services/sink/src/fetch-budget.ts";
import { LogFlow } from "../../services/sink/src/log-flow.ts";
import { findLogPosition, type CommittedPosition } from "../../services/sink/src/log-position.ts";
import { RawFlow } from "../../services/sink/src/raw-flow.ts";
import { rawTables } from "../../services/sink/src/raw-tables.ts";
import { createSinkMetrics } from "../../services/sink/src/sink-metrics.ts";
import { meteredStore } from "../../services/sink/src/metered-store.ts";
import { simSettings } from "./traffic.ts";

export const topics: Record<Input | "classified" | "rejects", string> = {
  sends: "email.sends",
  deliveries: "email.deliveries",
  engagements: "email.engagements",
  classified: "email.classified",
  rejects: "email.rejects",
};
export const joinGroup = "antedate";
export const sinkGroup = "antedate-sink";

/** A service that runs: it ends by a drain, or with the error that a process ends with. */
export interface Service {
  stop(): Promise<void>;
  ended: Promise<void>;
  start(): Promise<void>;
}

interface Surroundings {
  kafka: Kafka;
  reader: PartitionReader;
  log: Logger;
}

const schemas = new WriterSchemas();
schemas.hasNoRegistry();
const settings = createSettingsLookup(simSettings);
const { config, digest } = settingsDigest(simSettings);

const sessionTimeoutMs = 10_000;

/** The join as createJoinPart puts it together. */
export function createJoin({ kafka, reader, log }: Surroundings, partitionCount: number, keeping: Keeping): Service {
  const telemetry = createTelemetry();
  return new JoinMember({
    kafka,
    reader,
    endsReader: reader,
    topics,
    group: joinGroup,
    sessionTimeoutMs,
    watchdogMs: Infinity,
    identity: { clusterId: "sim", partitionCount, config, configDigest: digest },
    settings,
    schemas: { schemas, loadFor: () => Promise.resolve() },
    keeping,
    sampleKeys: false,
    signal: new AbortController().signal,
    log,
    telemetry,
    health: telemetry.health.place("join"),
  });
}

/** So small that partitions have to take turns. */
const budgetBytes = 4 * 1024;

/** The sink as createSinkPart puts it together, of the raw topics with the rejects alone. */
export function createSink({ kafka, reader, log }: Surroundings, store: Store): Service {
  const admin = kafka.admin();
  const inserts = new PQueue({ concurrency: 4 });
  const budget = new FetchBudget(budgetBytes);
  const telemetry = createTelemetry();
  const metricsOf = createSinkMetrics(telemetry);
  const { rejects } = rawTables(schemas);
  const createFlow = (topic: string, partition: number, control: FlowControl): LogFlow | RawFlow => {
    const committed = (signal: AbortSignal) => committedPosition(kafka, topic, partition, log, signal);
    const metrics = metricsOf.flow(topic, partition);
    const shared = { topic, partition, control, budget, inserts, log, metrics, store: meteredStore(store, metrics) };
    if (topic === topics.rejects) return new RawFlow({ ...shared, table: rejects, reader, committed });
    return new LogFlow({
      ...shared,
      findPosition: async (newestOffsets, signal) =>
        await findLogPosition(await committed(signal), { reader, topic, partition, newestOffsets, log, signal }),
    });
  };
  const member = new GroupMember({
    kafka,
    group: sinkGroup,
    topics: [topics.classified, topics.rejects],
    flowKey: (topic, partition) => `${topic}/${partition}`,
    createFlow: ([place], control) => createFlow(place?.topic as string, place?.partition as number, control),
    sessionTimeoutMs,
    watchdog: { stillMsMax: Infinity, ends: reader.highs, retries: () => metricsOf.failures },
    log,
    health: telemetry.health.place("sink"),
  });
  return {
    ended: member.ended,
    async start() {
      await connectPatiently([admin], log);
      await member.start();
    },
    stop: () => member.stop(),
  };
}

async function committedPosition(
  kafka: Kafka,
  topic: string,
  partition: number,
  log: Logger,
  signal: AbortSignal,
): Promise<CommittedPosition | null> {
  const [found] = await retryForever(() => kafka.admin().fetchOffsets({ groupId: sinkGroup, topics: [topic] }), {
    signal,
    onWait: (_, code) => log.warn({ code }, "waiting for the group's offsets"),
  });
  const own = found?.partitions.find((known) => known.partition === partition);
  const offset = Number(own?.offset ?? -1);
  return offset < 0 ? null : { offset, metadata: own?.metadata ?? null };
}
