import type { Command } from "commander";
import { createJoinPart, readJoinConfig } from "@antedate/join";
import { clickHouseTarget, createLogger, readRuntimeConfig } from "@antedate/runtime";
import { createSinkPart, migrate } from "@antedate/sink";
import type { CommandContext } from "../command-context.ts";
import { checkedTopics } from "../checked-topics.ts";
import { job } from "../job.ts";
import { runService, withWorkers, workersOption, type WorkersFlag } from "../run-service.ts";

/** `antedate join`, `sink` and `migrate`: one service, or one job, configured by the environment alone. */
export function addServiceCommands(program: Command, context: CommandContext): void {
  const { env, signal, say, liveLine } = context;
  program
    .command("join")
    .description("run the join: the three inputs in, the join log out")
    .addOption(workersOption())
    .action(async (flags: WorkersFlag) => {
      const config = readJoinConfig(withWorkers(env, flags));
      await runService("join", config, context, (shared) =>
        createJoinPart({
          ...shared,
          config,
          signal,
          checkTopics: () => checkedTopics(config, config.settings.windowMs, { log: shared.log, signal }),
        }),
      );
    });
  program
    .command("sink")
    .description("run the sink: the join log and the raw topics into ClickHouse")
    .addOption(workersOption())
    .action(async (flags: WorkersFlag) => {
      const config = readRuntimeConfig(withWorkers(env, flags));
      await runService("sink", config, context, (shared) => createSinkPart({ ...shared, config, signal }));
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
