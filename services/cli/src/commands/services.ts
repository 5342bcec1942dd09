import type { Command } from "commander";
import { createJoinPart, readJoinConfig } from "@antedate/join";
import {
  clickHouseTarget,
  createLogger,
  createMetricsServer,
  createTelemetry,
  readRuntimeConfig,
  runParts,
  type Logger,
  type Part,
  type RuntimeConfig,
  type Telemetry,
} from "@antedate/runtime";
import { createSinkPart, migrate } from "@antedate/sink";
import type { CommandContext } from "../command-context.ts";
import { checkedTopics } from "../checked-topics.ts";
import { job } from "../job.ts";

/** `antedate join`, `sink` and `migrate`: one service, or one job, configured by the environment alone. */
export function addServiceCommands(program: Command, { env, signal, say, liveLine }: CommandContext): void {
  program
    .command("join")
    .description("run the join: the three inputs in, the join log out")
    .action(async () => {
      const config = readJoinConfig(env);
      const log = createLogger({ service: "join", level: config.logLevel });
      const telemetry = createTelemetry();
      const checkTopics = () => checkedTopics(config, config.settings.windowMs, log);
      const part = createJoinPart({ config, log, signal, telemetry, checkTopics });
      const parts = [...metricsParts(config, telemetry, log), part];
      await runParts({ parts, log, signal, onReady: () => log.info("join runs") });
    });
  program
    .command("sink")
    .description("run the sink: the join log and the raw topics into ClickHouse")
    .action(async () => {
      const config = readRuntimeConfig(env);
      const log = createLogger({ service: "sink", level: config.logLevel });
      const telemetry = createTelemetry();
      const part = createSinkPart({ config, log, signal, telemetry });
      const parts = [...metricsParts(config, telemetry, log), part];
      await runParts({ parts, log, signal, onReady: () => log.info("sink runs") });
    });
  program
    .command("migrate")
    .description("make or update the tables in ClickHouse")
    .action(
      job(signal, async () => {
        const config = readRuntimeConfig(env);
        const log = createLogger({ service: "migrate", level: config.logLevel, beforeLine: liveLine.clear });
        const { clickHouseUrl } = config;
        const migrating = migrate({ clickHouseUrl, log, signal });
        const applied = await liveLine.during(
          `Making the tables in ClickHouse at ${clickHouseTarget(clickHouseUrl).url}`,
          migrating,
        );
        say(applied.length === 0 ? "Nothing to migrate." : `Applied ${applied.join(", ")}.`);
      }),
    );
}

/** Nothing listens where no port is set. */
function metricsParts({ metrics }: RuntimeConfig, telemetry: Telemetry, log: Logger): Part[] {
  return metrics === null ? [] : [createMetricsServer(metrics, telemetry, log)];
}
