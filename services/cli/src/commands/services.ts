import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { job } from "../job.ts";
import { workersOption, type WorkersFlag } from "../workers-flag.ts";

/** `antedate join`, `sink` and `migrate`: one service, or one job, configured by the environment alone. */
export function addServiceCommands(program: Command, context: CommandContext): void {
  program
    .command("join")
    .description("run the join: the three inputs in, the join log out")
    .addOption(workersOption())
    .action(async (flags: WorkersFlag) => {
      const { join } = await import("../join.ts");
      await join(flags, context);
    });
  program
    .command("sink")
    .description("run the sink: the join log and the raw topics into ClickHouse")
    .addOption(workersOption())
    .action(async (flags: WorkersFlag) => {
      const { sink } = await import("../sink.ts");
      await sink(flags, context);
    });
  program
    .command("migrate")
    .description("make or update the tables in ClickHouse")
    .action(
      job(context.signal, async () => {
        const { migrateTables } = await import("../migrate.ts");
        await migrateTables(context);
      }),
    );
}
