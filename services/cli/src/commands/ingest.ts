import { formats, type Format } from "@antedate/ingest/formats";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { FileFlags, InputFile } from "../file-options.ts";
import { toName, toTimezone, toYear } from "../flag-values.ts";
import type { IngestFlags } from "../ingest.ts";
import { job } from "../job.ts";
import { later } from "./later.ts";

/** `antedate ingest file`, `check` and `http`. */
export function addIngestCommand(program: Command, context: CommandContext): void {
  const ingest = program.command("ingest").description("logs and webhooks into the topics");
  addFileFlags(ingest.command("file [files...]"))
    .description("log files into the topics; several inputs are merged by event time")
    .addOption(new Option("--follow", "go on with what is appended (not in this version)"))
    .action(
      job(context.signal, async (files: string[], flags: IngestFlags) => {
        const { ingestFile } = await import("../ingest.ts");
        await ingestFile(files, flags, context);
      }),
    );
  addFileFlags(ingest.command("check [files...]"))
    .description("dry run: what each line became, or why not")
    .action(
      job(context.signal, async (files: string[], flags: FileFlags) => {
        const { ingestCheck } = await import("../ingest.ts");
        await ingestCheck(files, flags, context);
      }),
    );
  later(ingest.command("http"), "antedate ingest http", "ESP webhooks into the topics");
}

/** The flags of every command that reads files. */
export function addFileFlags(command: Command): Command {
  return command
    .addOption(new Option("--format <name>", "format of FILE...").choices(formats))
    .addOption(inputOption())
    .option("--tenant <name>", "tenant of the events", toName, "default")
    .option("--account <name>", "account at the producer, part of every message ID (default: the tenant)", toName)
    .option("--year <year>", "year of the first line, for logs whose times have none", toYear)
    .option("--timezone <zone>", "IANA zone of logs whose times have none, for example Europe/Berlin", toTimezone);
}

function inputOption(): Option {
  const option = new Option("--input <format=file>", "an input with its format; repeat it").argParser(collectInput);
  // For help and completion; what is given is parsed above.
  option.argChoices = [...formats];
  return option;
}

function collectInput(value: string, before: InputFile[] = []): InputFile[] {
  const [format, ...rest] = value.split("=");
  const file = rest.join("=");
  if (!formats.includes(format as Format) || file === "") {
    throw new InvalidArgumentError(`Write FORMAT=FILE with a format of ${formats.join(", ")}.`);
  }
  return [...before, { format: format as Format, file }];
}
