import { checkFiles, ingestFiles } from "@antedate/ingest";
import {
  createKafka,
  createKeyedProducer,
  createLogger,
  FatalError,
  readRuntimeConfig,
  waitForKafka,
} from "@antedate/runtime";
import { inputs as inputNames } from "@antedate/schemas";
import { booksTable } from "./books-table.ts";
import { requireTopics } from "./checked-topics.ts";
import type { CommandContext } from "./command-context.ts";
import { fileOptions, readingProgress, type FileFlags } from "./file-options.ts";
import { StoppedError } from "./job.ts";
import { kafkaIngestPort } from "./kafka-ingest-port.ts";

export interface IngestFlags extends FileFlags {
  follow?: boolean;
}

/** Log files into the topics. */
export async function ingestFile(files: string[], flags: IngestFlags, context: CommandContext): Promise<void> {
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

/** What each line became, or why not. */
export async function ingestCheck(files: string[], flags: FileFlags, context: CommandContext): Promise<void> {
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
