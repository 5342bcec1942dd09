import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { createClickHouse, createLogger, readRuntimeConfig } from "@antedate/runtime";
import { checkMigrated } from "@antedate/sink";
import type { CommandContext } from "../command-context.ts";
import { toPath, toTime } from "../flag-values.ts";
import { job, unlessStopped } from "../job.ts";
import { requireWritable } from "../output-file.ts";
import { renderReport } from "../report/render-report.ts";
import { renderTables } from "../report/render-tables.ts";
import { readFigures } from "../stored-figures.ts";

interface ReportFlags {
  since?: number;
  out: string;
}

/** `antedate report`: the page and the tables of `replay`, from ClickHouse. */
export function addReportCommand(program: Command, context: CommandContext): void {
  program
    .command("report")
    .description("the report page from ClickHouse")
    .option("--since <time>", "only what was decided since then, ISO 8601, for example 2026-11-01", toTime)
    .requiredOption("--out <file>", "the HTML file to write", toPath)
    .action(job(context.signal, async (flags: ReportFlags) => await report(flags, context)));
}

async function report(flags: ReportFlags, { env, print, signal, liveLine }: CommandContext): Promise<void> {
  const { clickHouseUrl, logLevel } = readRuntimeConfig(env);
  const log = createLogger({ service: "report", level: logLevel, beforeLine: liveLine.clear });
  await liveLine.during("Asking ClickHouse", checkMigrated({ clickHouseUrl, log, signal }));
  await requireWritable(flags.out, "--out");
  const client = createClickHouse(clickHouseUrl);
  try {
    const figures = await liveLine.during(
      "Reading figures from ClickHouse",
      unlessStopped(signal, readFigures(client, flags.since ?? null)),
    );
    const note =
      flags.since === undefined ? "All that was decided" : `Decided since ${new Date(flags.since).toISOString()}`;
    await writeFile(flags.out, renderReport(figures, { title: "Antedate report", generatedAt: Date.now(), note }));
    print(renderTables(figures));
    print(`Page  ${flags.out}`);
  } finally {
    await client.close();
  }
}
