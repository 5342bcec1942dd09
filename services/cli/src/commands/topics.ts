import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { toCount, toPartitions } from "../flag-values.ts";
import { job } from "../job.ts";
import type { TopicsFlags } from "../topics.ts";

/** `antedate topics`: makes the topics that are missing; what differs in the others is said and left alone. */
export function addTopicsCommand(program: Command, context: CommandContext): void {
  program
    .command("topics")
    .description("make the five topics where they are missing, and say how the others differ")
    .option("--partitions <count>", "of each topic (default: as many as the others have, else 12)", toPartitions)
    .option(
      "--replication <count>",
      "copies of each partition (default: 3 where there are three brokers, else 1)",
      toCount,
    )
    .action(
      job(context.signal, async (flags: TopicsFlags) => {
        const { topics } = await import("../topics.ts");
        await topics(flags, context);
      }),
    );
}
