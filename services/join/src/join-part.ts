import { join } from "node:path";
import {
  atMost,
  setV8ForStreams,
  createKafka,
  createPartitionReader,
  installLazyBatches,
  createWriterSchemaSource,
  waitForKafka,
  type Logger,
  type Part,
  type Telemetry,
  createPartEnd,
} from "@antedate/runtime";
import type { JoinConfig } from "./config.ts";
import { createSettingsLookup } from "./domain/index.ts";
import { JoinMember } from "./join-member.ts";
import { settingsDigest } from "./settings-digest.ts";

/** Throws FatalError where the topics are not as design §4.1 wants them; gives their partition count. */
export type TopicCheck = () => Promise<{ partitionCount: number }>;

export interface JoinPartOptions {
  config: JoinConfig;
  log: Logger;
  signal: AbortSignal;
  telemetry: Telemetry;
  /** Runs once a broker answers, before the first task. */
  checkTopics: TopicCheck;
}

/** A connection waits for its answers before it closes. */
const closeMsMax = 2_000;

/** The join service. */
export function createJoinPart({ config, log, signal, telemetry, checkTopics }: JoinPartOptions): Part {
  if (config.lazyBatches) installLazyBatches();
  setV8ForStreams();
  const client = { brokers: config.brokers, security: config.security, clientId: "antedate-join", log };
  const topic = (name: string): string => config.topicPrefix + name;
  const reader = createPartitionReader(client);
  const endsReader = createPartitionReader({ ...client, endsBeforeOpenTransactions: true });
  const health = telemetry.health.place("join");
  let member: JoinMember | null = null;
  const { ended, fail } = createPartEnd();
  return {
    name: "join",
    ended,
    async start() {
      health.waitFor("Kafka has not answered");
      const schemas = createWriterSchemaSource({ ...config, log, signal });
      const clusterId = await waitForKafka(client, signal);
      const { partitionCount } = await checkTopics();
      const { config: settingsJson, digest } = settingsDigest(config.settings);
      member = new JoinMember({
        kafka: createKafka(client),
        reader,
        endsReader,
        topics: {
          sends: topic("sends"),
          deliveries: topic("deliveries"),
          engagements: topic("engagements"),
          classified: topic("classified"),
          rejects: topic("rejects"),
        },
        group: config.consumerGroup,
        sessionTimeoutMs: config.sessionTimeoutMs,
        watchdogMs: config.watchdogMs,
        identity: { clusterId, partitionCount, config: settingsJson, configDigest: digest },
        settings: createSettingsLookup(config.settings),
        schemas,
        keeping: {
          folder: join(config.stateDir, "join"),
          sharedFolder: config.sharedStateDir && join(config.sharedStateDir, "join"),
          hotMs: config.hotMs,
          snapshotIntervalMs: config.snapshotIntervalMs,
        },
        sampleKeys: config.partitioner === "default",
        signal,
        log,
        telemetry,
        health,
      });
      member.ended.catch(fail);
      await member.start();
    },
    async stop() {
      await member?.stop();
      await atMost(closeMsMax, Promise.all([reader.close(), endsReader.close()]));
    },
  };
}
