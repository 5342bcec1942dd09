import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { toPath, toTime } from "../flag-values.ts";
import { job } from "../job.ts";
import type { ReportFlags } from "../report.ts";

/** `antedate report`: the page and the tables of `replay`, from ClickHouse. */
export function addReportCommand(program: Command, context: CommandContext): void {
  program
    .command("report")
    .description("the report page from ClickHouse")
    .option("--since <time>", "only what was decided since then, ISO 8601, for example 2026-11-01", toTime)
    .requiredOption("--out <file>", "the HTML file to write", toPath)
    .action(
      job(context.signal, async (flags: ReportFlags) => {
        const { report } = await import("../report.ts");
        await report(flags, context);
      }),
    );
}
