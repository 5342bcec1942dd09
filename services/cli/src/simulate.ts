import { resolve } from "node:path";
import {
  createKafka,
  createKeyedProducer,
  createLogger,
  FatalError,
  makeFolder,
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
import { inputs } from "@antedate/schemas";
import type { CommandContext } from "./command-context.ts";
import { StoppedError } from "./job.ts";
import { requireTopics } from "./checked-topics.ts";
import { kafkaIngestPort } from "./kafka-ingest-port.ts";
import { requireWritable } from "./output-file.ts";
import { createProgress } from "./progress.ts";
import { simulatedCounts } from "./simulated-counts.ts";

export interface SimulateFlags {
  messages: number;
  seed: number;
  rate?: number;
  truth?: string;
  out?: string;
  tenant?: string;
}

/** Made-up traffic whose truth is known, into the topics or into files. */
export async function simulate(flags: SimulateFlags, context: CommandContext): Promise<void> {
  const { signal, print, liveLine } = context;
  if (flags.out !== undefined && flags.rate !== undefined)
    throw new FatalError("--rate is for the topics: files are written as fast as the disk takes them.");
  const { messages, seed } = flags;
  const tenants = flags.tenant === undefined ? defaultOptions.tenants : [flags.tenant];
  const options: SimulationOptions = { ...defaultOptions, messages, seed, tenants };
  const out = flags.out === undefined ? null : resolve(flags.out);
  if (out !== null) await makeFolder(out, "--out");
  if (flags.truth !== undefined) await requireWritable(flags.truth, "--truth");
  const truth = flags.truth === undefined ? null : createTruthFile(resolve(flags.truth));
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
  await requireTopics(config, inputs, { log, signal });
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

function inputFlags(out: string): string {
  return ["sends", "deliveries", "engagements"].map((name) => `--input canonical=${out}/${name}.jsonl`).join(" ");
}
