import { resolve } from "node:path";
import { createJoinPart, readJoinConfig } from "@antedate/join";
import {
  createLogger,
  createMetricsServer,
  createPartEnd,
  createTelemetry,
  createWorkers,
  ownMetrics,
  runParts,
  type Environment,
  type Logger,
  type Part,
  type Telemetry,
} from "@antedate/runtime";
import { createSinkPart } from "@antedate/sink";
import { checkedTopics } from "./checked-topics.ts";
import type { CommandContext } from "./command-context.ts";
import { createLocalStack, type LocalStack } from "./local-stack.ts";
import { workerEnv, workerNames } from "./run-service.ts";
import { withWorkers, type WorkersFlag } from "./workers-flag.ts";

export interface UpFlags extends WorkersFlag {
  data: string;
  brokers: "1" | "3";
  kafkaPort: number;
  clickhousePort: number;
  httpPort: number;
  partitions: number;
  infraOnly?: boolean;
}

/** Everything on this machine until the signal. */
export async function up(flags: UpFlags, context: CommandContext): Promise<void> {
  const { signal, print, say } = context;
  const env = withWorkers(context.env, flags);
  const config = readJoinConfig({ LOG_LEVEL: "warn", ...env });
  const log = createLogger({ service: "up", level: config.logLevel });
  const stack = createLocalStack({
    dataDir: resolve(flags.data),
    brokers: flags.brokers === "3" ? 3 : 1,
    kafkaPort: flags.kafkaPort,
    clickHousePort: flags.clickhousePort,
    partitions: flags.partitions,
    topicPrefix: config.topicPrefix,
    windowMs: config.settings.windowMs,
    log,
    signal,
    onProgress: say,
  });
  const telemetry = createTelemetry();
  const workers = config.workers > 1 ? workersOn(stack, config.workers, log, { ...context, env }) : null;
  const source = workers ?? ownMetrics(telemetry);
  const metrics = config.metrics === null ? null : createMetricsServer(config.metrics, source, log);
  const services = workers ?? servicesOn(stack, { env, log, signal, telemetry });
  const health = telemetry.health.place("up");
  health.waitFor("its servers have not started");
  await runParts({
    parts: flags.infraOnly ? [stack] : [...(metrics ? [metrics] : []), stack, services],
    log,
    signal,
    onReady: () => {
      health.goOn();
      print(`Kafka       ${stack.brokers()}`);
      print(`ClickHouse  ${stack.clickHouseUrl()}`);
      if (metrics && !flags.infraOnly) print(`Metrics     ${metrics.url()}/metrics`);
      print("ready");
    },
  });
  say("Stopped; the data is kept.");
}

/** As many processes of join and of sink, on the servers of the stack. */
function workersOn(stack: LocalStack, count: number, log: Logger, context: CommandContext) {
  const { env, signal, forkWorker } = context;
  const roles = new Map(["join", "sink"].flatMap((role) => workerNames(role, count).map((name) => [name, role])));
  const fork = (name: string) =>
    forkWorker(name, roles.get(name) as string, { ...environmentOf(stack, env), ...workerEnv });
  return createWorkers({ names: [...roles.keys()], fork, signal, log });
}

/** How services reach the stack, whatever else their environment says. */
function environmentOf(stack: LocalStack, env: Environment): Record<string, string> {
  return {
    STATE_DIR: stack.dataDir,
    LOG_LEVEL: env.LOG_LEVEL || "warn",
    KAFKA_BROKERS: stack.brokers(),
    KAFKA_TLS: "false",
    KAFKA_USERNAME: "",
    CLICKHOUSE_URL: stack.clickHouseUrl(),
  };
}

export interface ServicesOptions extends Pick<CommandContext, "env" | "signal"> {
  log: Logger;
  telemetry: Telemetry;
}

/** Join and sink in this process, on the servers of the stack. */
export function servicesOn(stack: LocalStack, { env, signal, log, telemetry }: ServicesOptions): Part {
  let parts: Part[] = [];
  const { ended, fail } = createPartEnd();
  return {
    name: "services",
    ended,
    async start() {
      const config = readJoinConfig({ ...env, ...environmentOf(stack, env) });
      const shared = { config, signal, telemetry };
      const join = createJoinPart({
        ...shared,
        log: log.child({ service: "join" }),
        checkTopics: () => checkedTopics(config, config.settings.windowMs, { log, signal }),
      });
      const sink = createSinkPart({ ...shared, log: log.child({ service: "sink" }) });
      parts = [sink, join];
      for (const part of parts) {
        await part.start();
        part.ended?.catch(fail);
      }
    },
    async stop() {
      for (const part of parts.toReversed()) {
        log.debug({ part: part.name }, "stopping");
        await part.stop();
      }
    },
  };
}
