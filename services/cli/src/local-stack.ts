import { join } from "node:path";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { startKafka, type RunningKafka } from "@antedate/kafka-server";
import { ensureTopics } from "@antedate/kafka-server/topics";
import { createKafka, FatalError, makeFolder, type Logger, type Part, createPartEnd } from "@antedate/runtime";
import { migrate } from "@antedate/sink";

export interface LocalStackOptions {
  dataDir: string;
  brokers: 1 | 3;
  /** 0 takes a free one, like the next. */
  kafkaPort: number;
  clickHousePort: number;
  partitions: number;
  topicPrefix: string;
  windowMs: number;
  log: Logger;
  signal: AbortSignal;
  onProgress(sentence: string): void;
}

export interface LocalStack extends Part {
  /** `host:port,…`; known once started, like the next. */
  brokers(): string;
  /** With the database. */
  clickHouseUrl(): string;
  dataDir: string;
}

const database = "antedate";

/** Kafka, ClickHouse, topics and tables on this machine, as one part: whatever of it ends by itself ends the part. */
export function createLocalStack(options: LocalStackOptions): LocalStack {
  let kafka: RunningKafka | null = null;
  let clickHouse: StartedServer | null = null;
  const { ended, fail } = createPartEnd();
  const clickHouseUrl = (): string => `${clickHouse?.url ?? ""}/${database}`;

  const start = async (): Promise<void> => {
    const { dataDir, log, signal, onProgress } = options;
    await makeFolder(dataDir, "--data");
    const onLog = (sentence: string): void => log.info(sentence);
    kafka = await startKafka({
      dataDir: join(dataDir, "kafka"),
      port: options.kafkaPort,
      brokers: options.brokers,
      onLog,
      onProgress,
    });
    void kafka.exited.then(({ index, logFile }) => {
      fail(new FatalError(`Kafka broker ${index + 1} ended by itself: ${logFile} says why.`));
    });
    onProgress("Starting ClickHouse.");
    clickHouse = await startClickHouseServer({
      dataDir: join(dataDir, "clickhouse"),
      port: options.clickHousePort,
      onLog,
    });
    void clickHouse.exited.then((code) => {
      if (!signal.aborted) fail(new FatalError(`ClickHouse ended by itself with code ${code}: start it again.`));
    });
    onProgress("Making topics and tables.");
    await makeTopics(kafka.bootstrapServers, options);
    await migrate({ clickHouseUrl: clickHouseUrl(), log, signal });
  };

  return {
    name: "servers",
    ended,
    brokers: () => kafka?.bootstrapServers ?? "",
    clickHouseUrl,
    dataDir: options.dataDir,
    start,
    async stop() {
      await clickHouse?.stop();
      await kafka?.stop();
    },
  };
}

async function makeTopics(brokers: string, options: LocalStackOptions): Promise<void> {
  const { topicPrefix: prefix, partitions, windowMs, log } = options;
  const admin = createKafka({ brokers: brokers.split(","), clientId: "antedate-up", log }).admin();
  await admin.connect();
  const { differences } = await ensureTopics(admin, { prefix, partitions, windowMs });
  for (const difference of differences) log.info(difference, "a topic is kept as it is");
  await admin.disconnect();
}
