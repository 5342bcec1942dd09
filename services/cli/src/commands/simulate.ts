import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import {
  createKafka,
  createKeyedProducer,
  createLogger,
  FatalError,
  readRuntimeConfig,
  waitForKafka,
} from "@antedate/runtime";
import {
  createTruthFile,
  defaultOptions,
  produceTraffic,
  writeTrafficFiles,
  type RunOptions,
  type SimulationCounts,
  type SimulationOptions,
} from "@antedate/simulate";
import type { CommandContext } from "../command-context.ts";
import { toCount, toName, toRate, toSeed } from "../flag-values.ts";
import { job, StoppedError } from "../job.ts";
import { kafkaIngestPort } from "../kafka-ingest-port.ts";
import { createProgress } from "../progress.ts";
import { simulatedCounts } from "../simulated-counts.ts";

interface SimulateFlags {
  messages: number;
  seed: number;
  rate?: number;
  truth?: string;
  out?: string;
  tenant?: string;
}

/** `antedate simulate`: made-up traffic whose truth is known, into the topics or into files. */
export function addSimulateCommand(program: Command, context: CommandContext): void {
  program
    .command("simulate")
    .description("simulated traffic whose truth is known, into the topics or files")
    .requiredOption("--messages <n>", "how many messages", toCount)
    .option("--seed <s>", "the same seed gives the same events", toSeed, defaultOptions.seed)
    .option("--rate <r>", "messages per second into the topics (default: as fast as they take them)", toRate)
    .option("--truth <file>", "JSON lines: who made each request, and what must come out")
    .option("--out <dir>", "sends.jsonl, deliveries.jsonl, engagements.jsonl (format canonical), not the topics")
    .option("--tenant <name>", `one tenant for all (default: ${defaultOptions.tenants.join(", ")})`, toName)
    .action(job(context.signal, async (flags: SimulateFlags) => await simulate(flags, context)));
}

async function simulate(flags: SimulateFlags, context: CommandContext): Promise<void> {
  const { signal, print, liveLine } = context;
  if (flags.out !== undefined && flags.rate !== undefined)
    throw new FatalError("--rate is for the topics: files are written as fast as the disk takes them.");
  const { messages, seed } = flags;
  const tenants = flags.tenant === undefined ? defaultOptions.tenants : [flags.tenant];
  const options: SimulationOptions = { ...defaultOptions, messages, seed, tenants };
  const out = flags.out === undefined ? null : await folder(resolve(flags.out));
  const truth = flags.truth === undefined ? null : createTruthFile(await writable(resolve(flags.truth)));
  const progress = createProgress(liveLine, { what: "Simulating", unit: "messages", total: messages });
  const run: RunOptions = { truth, signal, onProgress: (counts) => progress.reached(counts.messages) };
  let counts: SimulationCounts;
  try {
    counts =
      out === null
        ? await intoTopics(options, run, flags.rate ?? null, context)
        : await writeTrafficFiles(options, out, run);
  } finally {
    await truth?.close();
    liveLine.clear();
  }
  if (signal.aborted) throw new StoppedError(`Stopped after ${counts.messages} of ${messages} messages.`);
  print(simulatedCounts(counts));
  if (flags.out !== undefined) print(`Judge them: antedate replay ${inputFlags(flags.out)} --out result`);
}

async function intoTopics(
  options: SimulationOptions,
  run: RunOptions,
  rate: number | null,
  { env, signal, liveLine }: CommandContext,
): Promise<SimulationCounts> {
  const lastAt = options.startAt + (options.messages / options.messagesPerSecond) * 1_000 + options.readers.horizonMs;
  if (lastAt > Date.now())
    throw new FatalError("So many messages reach into the future, which the join refuses: use fewer, or --out.");
  const config = readRuntimeConfig(env);
  const log = createLogger({ service: "simulate", level: config.logLevel, beforeLine: liveLine.clear });
  const client = { brokers: config.brokers, security: config.security, clientId: "antedate-simulate", log };
  await liveLine.during(`Waiting for Kafka at ${config.brokers.join(",")}`, waitForKafka(client, signal));
  const producer = createKeyedProducer(createKafka(client), log, signal);
  const port = kafkaIngestPort(producer, config.topicPrefix);
  await producer.connect();
  try {
    return await produceTraffic(options, {
      ...run,
      rate,
      produce: (events) =>
        port.produce(events.map(({ input, event }) => ({ input, key: event.message_id, value: event }))),
    });
  } finally {
    await producer.disconnect();
  }
}

async function folder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
  } catch {
    throw new FatalError(`${path} cannot be made: give --out a folder that may be written.`);
  }
  return path;
}

async function writable(path: string): Promise<string> {
  try {
    await writeFile(path, "");
  } catch {
    throw new FatalError(`${path} cannot be written: give --truth a file in an existing folder.`);
  }
  return path;
}

function inputFlags(out: string): string {
  return ["sends", "deliveries", "engagements"].map((name) => `--input canonical=${out}/${name}.jsonl`).join(" ");
}
