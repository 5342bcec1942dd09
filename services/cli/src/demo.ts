import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDigests, ingestFiles, loadRecipientKey, type Books } from "@antedate/ingest";
import { readJoinSettings } from "@antedate/join";
import {
  createKafka,
  createKeyedProducer,
  createLogger,
  FatalError,
  runParts,
  createPartEnd,
  createTelemetry,
  type Logger,
  type Part,
} from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { defaultTopicPrefix } from "@antedate/schemas";
import { captureInputs, readCaptureTruth } from "./bundled-capture.ts";
import type { CommandContext } from "./command-context.ts";
import { kafkaIngestPort } from "./kafka-ingest-port.ts";
import { StoppedError } from "./job.ts";
import { createLocalStack, type LocalStack } from "./local-stack.ts";
import { renderReport } from "./report/render-report.ts";
import { renderRatesTable } from "./report/render-rates-table.ts";
import { renderTables } from "./report/render-tables.ts";
import { renderTruthTable } from "./report/render-truth-table.ts";
import { readFigures } from "./stored-figures.ts";
import { readCounts, readEngagements, readUniques } from "./stored-rows.ts";
import { createProgress } from "./progress.ts";
import { streamTraffic } from "./demo-traffic.ts";
import { truthRows } from "./truth-rows.ts";
import { servicesOn } from "./up.ts";

export interface DemoFlags {
  stay?: boolean;
}

/** Of the current folder, and emptied first: no flag for it, or a slip would empty something else. */
const demoFolder = ".antedate/demo";
const storedMsMax = 300_000;
const demoTenant = "demo";

/** The whole pipeline in this process, until the story is told or, to stay, until the signal. */
export async function demo(flags: DemoFlags, context: CommandContext): Promise<void> {
  const { env, signal, print, say } = context;
  const dataDir = resolve(demoFolder);
  const log = createLogger({ service: "demo", level: env.LOG_LEVEL || "warn" });
  await rm(dataDir, { recursive: true, force: true });
  // Nothing of the caller's environment leads away from this machine.
  // Simulated sends get lost: what waits for one shall not wait longer than anyone watches.
  const own = { LOG_LEVEL: env.LOG_LEVEL, SEND_HOLD_MS: "3000" };
  const stack = createLocalStack({
    dataDir,
    brokers: 1,
    kafkaPort: 0,
    clickHousePort: 0,
    partitions: 4,
    topicPrefix: defaultTopicPrefix,
    windowMs: readJoinSettings(own).windowMs,
    log,
    signal,
    onProgress: say,
  });
  const done = new AbortController();
  const whole = AbortSignal.any([signal, done.signal]);
  const { ended, fail } = createPartEnd();
  let story: Promise<void> = Promise.resolve();
  const storyPart: Part = {
    name: "demo",
    ended,
    start: () => {
      story = tell(stack, { dataDir, stay: flags.stay === true }, log, context).then(() => {
        if (!flags.stay) done.abort();
      }, fail);
      return Promise.resolve();
    },
    stop: () => story,
  };
  say("Antedate demo: real mail logs through Kafka, the join and ClickHouse, all on this machine.");
  const services = servicesOn(stack, { env: own, log, signal: whole, telemetry: createTelemetry() });
  await runParts({ parts: [stack, services, storyPart], log, signal: whole });
  if (signal.aborted && !flags.stay) throw new StoppedError("Stopped before the end of the demo.");
  if (!signal.aborted) {
    print(
      `SQL   \`npx antedate up --data ${demoFolder}\` serves these tables on http://127.0.0.1:8123/?database=antedate`,
    );
  }
}

interface StoryOptions {
  dataDir: string;
  stay: boolean;
}

async function tell(stack: LocalStack, options: StoryOptions, log: Logger, context: CommandContext): Promise<void> {
  const { signal, print, say } = context;
  const { dataDir, stay } = options;
  say("Ingesting a capture of 400 messages between two Postfix hosts, with the clicks of readers and of a filter.");
  const books = await ingestCapture(stack, dataDir, log, signal);
  say(`${books.sends} sends, ${books.deliveries} delivery events, ${books.engagements} opens and clicks. Joining.`);
  const client = createClickHouse(stack.clickHouseUrl());
  try {
    await allStored(client, books, context);
    const truth = await readCaptureTruth();
    const engagements = await readEngagements(client);
    const figures = await readFigures(client, null);
    const page = join(dataDir, "report.html");
    const note = "A capture of real mail software, joined through Kafka into ClickHouse by `npm run demo`.";
    await writeFile(page, renderReport(figures, { title: "Antedate demo", generatedAt: Date.now(), note }));
    print(renderTables(figures));
    print(renderTruthTable(truthRows(engagements, truth)));
    await tellTraffic(stack, client, log, context);
    print(`Page  file://${page}`);
    if (stay) {
      const { origin } = new URL(stack.clickHouseUrl());
      print(`SQL   curl '${origin}/?database=antedate' --data 'SELECT class, count() FROM engagements GROUP BY class'`);
      say("Everything stays up until Ctrl-C.");
    }
  } finally {
    await client.close();
  }
}

/** The second act: more mail than anyone wants to read, whose truth is known all the same. */
async function tellTraffic(
  stack: LocalStack,
  client: ClickHouseClient,
  log: Logger,
  { signal, print, say, liveLine }: CommandContext,
): Promise<void> {
  say("Now simulated mail to domains with filters of every kind, for half a minute.");
  const kafka = createKafka({ brokers: stack.brokers().split(","), clientId: "antedate-demo", log });
  const producer = createKeyedProducer(kafka, log, signal);
  await producer.connect();
  try {
    const { counts, humans } = await streamTraffic({ producer, client, line: liveLine, signal });
    say(`${counts.messages.toLocaleString("en")} messages, of which people opened or clicked some and filters many.`);
    const opened = await readUniques(client, "open", demoTenant);
    const clicked = await readUniques(client, "click", demoTenant);
    print(
      renderRatesTable([
        { what: "opened", ...opened, human: humans.opened.size },
        { what: "clicked", ...clicked, human: humans.clicked.size },
      ]),
    );
  } finally {
    await producer.disconnect();
  }
}

async function ingestCapture(stack: LocalStack, dataDir: string, log: Logger, signal: AbortSignal): Promise<Books> {
  const kafka = createKafka({ brokers: stack.brokers().split(","), clientId: "antedate-demo", log });
  const producer = createKeyedProducer(kafka, log, signal);
  await producer.connect();
  try {
    const digests = createDigests(await loadRecipientKey(dataDir, undefined));
    const options = { inputs: captureInputs, tenant: demoTenant, nowMs: Date.now(), digests, signal };
    return await ingestFiles(options, kafkaIngestPort(producer, defaultTopicPrefix));
  } finally {
    await producer.disconnect();
  }
}

async function allStored(
  client: ReturnType<typeof createClickHouse>,
  books: Books,
  { signal, liveLine }: CommandContext,
): Promise<void> {
  const total = books.engagements + books.sends;
  const progress = createProgress(liveLine, { what: "Joining", unit: "rows", total });
  for (const began = Date.now(); Date.now() - began < storedMsMax;) {
    const { engagements, messages } = await readCounts(client);
    if (engagements >= books.engagements && messages >= books.sends) return liveLine.clear();
    progress.reached(engagements + messages);
    await sleep(300, undefined, { signal });
  }
  throw new FatalError(
    "The rows did not arrive within five minutes: `LOG_LEVEL=info npm run demo` shows what each part does.",
  );
}
