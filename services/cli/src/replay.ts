import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createBookKeeper, readInputs, type Merged } from "@antedate/ingest";
import { readJoinSettings } from "@antedate/join";
import { makeFolder } from "@antedate/runtime";
import { createLineFile } from "@antedate/simulate";
import type { CommandContext } from "./command-context.ts";
import { booksTable } from "./books-table.ts";
import { engagementJson } from "./engagement-json.ts";
import { fileOptions, readingProgress, type FileFlags } from "./file-options.ts";
import { StoppedError } from "./job.ts";
import { replayJoin } from "./replay-join.ts";
import { createChainTally } from "./report/chain-tally.ts";
import { createReportTally } from "./report/report-tally.ts";
import { renderReport } from "./report/render-report.ts";
import { renderTables } from "./report/render-tables.ts";

export interface ReplayFlags extends FileFlags {
  out: string;
}

/** Files to classified engagement, tables and a page, without Kafka and ClickHouse. */
export async function replay(files: string[], flags: ReplayFlags, context: CommandContext): Promise<void> {
  const options = await fileOptions(files, flags, context);
  const settings = readJoinSettings(context.env);
  const out = resolve(flags.out);
  await makeFolder(out, "--out");
  const books = createBookKeeper();
  const tally = createReportTally();
  const chains = createChainTally();
  const lines = createLineFile(join(out, "engagements.jsonl"));
  const onBytes = await readingProgress(options, context);
  let offset = 0;
  const read = counted(readInputs({ ...options, onBytes }), books.enter);
  for await (const { piece, decidedAt } of replayJoin(read, settings, chains.addDelivery)) {
    if (context.signal.aborted) throw new StoppedError(`Stopped: the files in ${out} are not whole, run it again.`);
    for (const row of piece.messages) {
      tally.addMessage(row);
      chains.addMessage(row);
    }
    for (const [index, row] of piece.engagements.entries()) {
      tally.addEngagement(row);
      chains.addEngagement(row);
      const place = { decidedAt, logId: "replay", partition: 0, offset, row: index };
      const full = lines.add(engagementJson(row, place));
      if (full) await full;
    }
    chains.forget();
    offset++;
  }
  context.liveLine.clear();
  await lines.close();
  const figures = { ...tally.figures(), chains: chains.chains() };
  const note = `From ${options.inputs.map(({ file }) => file).join(", ")}`;
  const page = renderReport(figures, { title: "Antedate report", generatedAt: Date.now(), note });
  await writeFile(join(out, "report.html"), page);
  context.print(renderTables(figures));
  context.print(booksTable(books.books()));
  context.print(`Rows: ${join(out, "engagements.jsonl")}`);
  context.print(`Page: ${join(out, "report.html")}`);
}

async function* counted(lines: AsyncIterable<Merged>, enter: ReturnType<typeof createBookKeeper>["enter"]) {
  for await (const line of lines) {
    if (line.what !== "idle") enter(line);
    yield line;
  }
}
