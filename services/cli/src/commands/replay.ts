import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { toPath } from "../flag-values.ts";
import { job } from "../job.ts";
import type { ReplayFlags } from "../replay.ts";
import { addFileFlags } from "./ingest.ts";

/** `antedate replay`: files to classified engagement, tables and a page, without Kafka and ClickHouse. */
export function addReplayCommand(program: Command, context: CommandContext): void {
  addFileFlags(program.command("replay [files...]"))
    .description("judge logs offline: DIR/engagements.jsonl, DIR/report.html and the result tables")
    .requiredOption("--out <dir>", "folder for the results, made if missing", toPath)
    .action(
      job(context.signal, async (files: string[], flags: ReplayFlags) => {
        const { replay } = await import("../replay.ts");
        await replay(files, flags, context);
      }),
    );
}
