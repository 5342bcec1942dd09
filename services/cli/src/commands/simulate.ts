import type { Command } from "commander";
import { defaultOptions } from "@antedate/simulate/default-options";
import type { CommandContext } from "../command-context.ts";
import { toCount, toName, toPath, toRate, toSeed } from "../flag-values.ts";
import { job } from "../job.ts";
import type { SimulateFlags } from "../simulate.ts";

/** `antedate simulate`: made-up traffic whose truth is known, into the topics or into files. */
export function addSimulateCommand(program: Command, context: CommandContext): void {
  program
    .command("simulate")
    .description("simulated traffic whose truth is known, into the topics or files")
    .requiredOption("--messages <n>", "how many messages", toCount)
    .option("--seed <s>", "the same seed gives the same events", toSeed, defaultOptions.seed)
    .option("--rate <r>", "messages per second into the topics (default: as fast as they take them)", toRate)
    .option("--truth <file>", "JSON lines: who made each request, and what must come out", toPath)
    .option(
      "--out <dir>",
      "sends.jsonl, deliveries.jsonl, engagements.jsonl (format canonical), not the topics",
      toPath,
    )
    .option("--tenant <name>", `one tenant for all (default: ${defaultOptions.tenants.join(", ")})`, toName)
    .action(
      job(context.signal, async (flags: SimulateFlags) => {
        const { simulate } = await import("../simulate.ts");
        await simulate(flags, context);
      }),
    );
}
