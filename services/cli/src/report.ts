import { writeFile } from "node:fs/promises";
import { createLogger, readRuntimeConfig } from "@antedate/runtime";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { checkMigrated } from "@antedate/sink";
import type { CommandContext } from "./command-context.ts";
import { unlessStopped } from "./job.ts";
import { requireWritable } from "./output-file.ts";
import { renderReport } from "./report/render-report.ts";
import { renderTables } from "./report/render-tables.ts";
import { readFigures } from "./stored-figures.ts";

export interface ReportFlags {
  since?: number;
  out: string;
}

/** The page and the tables of `replay`, from ClickHouse. */
export async function report(flags: ReportFlags, { env, print, signal, liveLine }: CommandContext): Promise<void> {
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
