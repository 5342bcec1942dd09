import { access, constants, stat } from "node:fs/promises";
import { InvalidArgumentError, Option, type Command } from "commander";
import {
  checkFiles,
  createDigests,
  formats,
  ingestFiles,
  inputBytes,
  loadRecipientKey,
  type FileOptions,
  type Format,
} from "@antedate/ingest";
import {
  createKafka,
  createKeyedProducer,
  createLogger,
  errorCode,
  FatalError,
  makeFolder,
  readRuntimeConfig,
  waitForKafka,
} from "@antedate/runtime";
import { inputs as inputNames } from "@antedate/schemas";
import type { CommandContext } from "../command-context.ts";
import { toName, toTimezone, toYear } from "../flag-values.ts";
import { requireTopics } from "../checked-topics.ts";
import { kafkaIngestPort } from "../kafka-ingest-port.ts";
import { booksTable } from "../books-table.ts";
import { job, StoppedError } from "../job.ts";
import { createProgress } from "../progress.ts";
import { later } from "./later.ts";

export interface InputFile {
  format: Format;
  file: string;
}

interface FileFlags {
  format?: Format;
  input?: InputFile[];
  tenant: string;
  account?: string;
  follow?: boolean;
  year?: number;
  timezone?: string;
}

/** `antedate ingest file`, `check` and `http`. */
export function addIngestCommand(program: Command, context: CommandContext): void {
  const ingest = program.command("ingest").description("logs and webhooks into the topics");
  addFileFlags(ingest.command("file [files...]"))
    .description("log files into the topics; several inputs are merged by event time")
    .addOption(new Option("--follow", "go on with what is appended (not in this version)"))
    .action(job(context.signal, async (files: string[], flags: FileFlags) => await ingestFile(files, flags, context)));
  addFileFlags(ingest.command("check [files...]"))
    .description("dry run: what each line became, or why not")
    .action(job(context.signal, async (files: string[], flags: FileFlags) => await ingestCheck(files, flags, context)));
  later(ingest.command("http"), "antedate ingest http", "ESP webhooks into the topics");
}

async function ingestCheck(files: string[], flags: FileFlags, context: CommandContext): Promise<void> {
  const options = await fileOptions(files, flags, context);
  // On a terminal the lines themselves say how far it is.
  const onBytes = context.printsToTerminal ? undefined : await readingProgress(options, context);
  await checkFiles(
    { ...options, onBytes, signal: AbortSignal.any([context.signal, context.outputEnded]) },
    context.print,
  );
  context.liveLine.clear();
  if (context.signal.aborted) throw new StoppedError("Stopped before the end of the input.");
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

async function ingestFile(files: string[], flags: FileFlags, context: CommandContext): Promise<void> {
  if (flags.follow) throw new FatalError("--follow is not in this version yet: run the command again for new lines.");
  const { env, signal, say, liveLine } = context;
  const options = await fileOptions(files, flags, context);
  const config = readRuntimeConfig(env);
  const log = createLogger({ service: "ingest", level: config.logLevel, beforeLine: liveLine.clear });
  const client = { brokers: config.brokers, security: config.security, clientId: "antedate-ingest", log };
  await liveLine.during(`Waiting for Kafka at ${config.brokers.join(",")}`, waitForKafka(client, signal));
  await requireTopics(config, [...inputNames, "rejects"], { log, signal });
  const producer = createKeyedProducer(createKafka(client), log, signal);
  await producer.connect();
  try {
    const onBytes = await readingProgress(options, context);
    const books = await ingestFiles({ ...options, onBytes, signal }, kafkaIngestPort(producer, config.topicPrefix));
    say(booksTable(books));
    if (signal.aborted)
      throw new StoppedError("Stopped before the end of the input: run it again, what is repeated is recognised.");
  } finally {
    await producer.disconnect();
  }
}

/** Shows how much of the inputs was read; the caller clears the live line at the end. */
export async function readingProgress(
  options: FileOptions,
  { liveLine }: CommandContext,
): Promise<((bytes: number) => void) | undefined> {
  if (!liveLine.isSeen) return undefined;
  return createProgress(liveLine, { what: "Reading", unit: "bytes", total: await inputBytes(options) }).add;
}

/** Checks the flags and files. Throws FatalError. */
export async function fileOptions(files: string[], flags: FileFlags, { env }: CommandContext): Promise<FileOptions> {
  if (files.length > 0 && flags.format === undefined) {
    throw new FatalError("Say what the files are: --format NAME FILE..., or --input FORMAT=FILE for each.");
  }
  const inputs = [...files.map((file) => ({ format: flags.format as Format, file })), ...(flags.input ?? [])];
  if (inputs.length === 0)
    throw new FatalError("Name at least one file: --format NAME FILE... or --input FORMAT=FILE.");
  if (inputs.some(({ format }) => format === "tracker") && !inputs.some(({ format }) => format === "sends")) {
    throw new FatalError("A tracker log needs the sends of the same mail for its tokens: add --input sends=FILE.");
  }
  await requireReadable(inputs);
  const { stateDir } = readRuntimeConfig(env);
  if (!env.RECIPIENT_KEY?.trim()) await makeFolder(stateDir, "STATE_DIR");
  return {
    inputs,
    tenant: flags.tenant,
    account: flags.account,
    year: flags.year,
    timezone: flags.timezone,
    nowMs: Date.now(),
    digests: createDigests(await loadRecipientKey(stateDir, env.RECIPIENT_KEY)),
  };
}

async function requireReadable(inputs: readonly InputFile[]): Promise<void> {
  for (const { file } of inputs) {
    if (file === "-") continue;
    try {
      await access(file, constants.R_OK);
      if (!(await stat(file)).isDirectory()) continue;
    } catch (error) {
      const may = errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
      throw new FatalError(
        may ? `${file} may not be read: run this as a user who may.` : `${file} does not exist: mend the path.`,
      );
    }
    throw new FatalError(`${file} is a folder: name the files in it.`);
  }
}

function collectInput(value: string, before: InputFile[] = []): InputFile[] {
  const [format, ...rest] = value.split("=");
  const file = rest.join("=");
  if (!formats.includes(format as Format) || file === "") {
    throw new InvalidArgumentError(`Write FORMAT=FILE with a format of ${formats.join(", ")}.`);
  }
  return [...before, { format: format as Format, file }];
}
