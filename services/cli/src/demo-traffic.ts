import { setTimeout as sleep } from "node:timers/promises";
import type { KeyedProducer } from "@antedate/runtime";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { defaultTopicPrefix } from "@antedate/schemas";
import { defaultOptions, produceTraffic, type SimulationCounts, type Truth } from "@antedate/simulate";
import { kafkaIngestPort } from "./kafka-ingest-port.ts";
import type { LiveLine } from "./live-line.ts";
import { readClassCounts, type ClassTotals } from "./stored-rows.ts";

/** Long enough to watch, and stored well within a minute on two cores. */
const messages = 24_000;
const messagesPerSecond = 1_200;
const askEveryMs = 700;
const settledMs = 4_000;
const settledMsMax = 90_000;

/** Messages that a person opened or clicked at least once, in truth. */
export interface HumanMessages {
  opened: Set<string>;
  clicked: Set<string>;
}

/** Streams simulated traffic into the topics, with a live line of what ClickHouse has of it so far. */
export async function streamTraffic(on: {
  producer: KeyedProducer;
  client: ClickHouseClient;
  line: LiveLine;
  signal: AbortSignal;
}): Promise<{ counts: SimulationCounts; humans: HumanMessages }> {
  const humans: HumanMessages = { opened: new Set(), clicked: new Set() };
  const port = kafkaIngestPort(on.producer, defaultTopicPrefix);
  // Services of ESPs settle for ten minutes: nobody watches that long.
  const senders = defaultOptions.senders.filter(({ settleMs }) => settleMs === 0);
  let written = 0;
  let isProducing = true;
  const producing = produceTraffic(
    { ...defaultOptions, messages, senders },
    {
      truth: { add: (truths) => enterTruths(humans, truths), close: () => Promise.resolve() },
      rate: messagesPerSecond,
      signal: on.signal,
      onProgress: (counts) => (written = counts.messages),
      produce: (events) =>
        port.produce(events.map(({ input, event }) => ({ input, key: event.message_id, value: event }))),
    },
  ).finally(() => (isProducing = false));
  await watch(on, () => ({ written, isProducing }));
  return { counts: await producing, humans };
}

/** Shows how far it is until what is stored has not grown for a while. */
async function watch(
  { client, line, signal }: { client: ClickHouseClient; line: LiveLine; signal: AbortSignal },
  progress: () => { written: number; isProducing: boolean },
): Promise<void> {
  const began = performance.now();
  let before = { total: -1, at: began, written: 0 };
  let grewAt = began;
  for (;;) {
    const { written, isProducing } = progress();
    const totals = await readClassCounts(client);
    const now = performance.now();
    const total = Object.values(totals).reduce((sum, count) => sum + count, 0);
    if (total !== before.total || isProducing) grewAt = now;
    const perSecond = Math.max(0, (1_000 * (total - before.total)) / (now - before.at));
    line.show(() => lineOf(written, perSecond, totals));
    before = { total, at: now, written };
    if (now - grewAt > settledMs || (!isProducing && now - began > settledMsMax)) break;
    await sleep(askEveryMs, undefined, { signal });
  }
  line.clear();
}

function lineOf(written: number, rowsPerSecond: number, totals: ClassTotals): string {
  const total = Object.values(totals).reduce((sum, count) => sum + count, 0);
  const share = (count: number): string => `${Math.round((100 * count) / Math.max(1, total))} %`;
  return [
    `${written.toLocaleString("en")} of ${messages.toLocaleString("en")} messages sent`,
    `${total.toLocaleString("en")} opens and clicks judged`,
    `${Math.round(rowsPerSecond).toLocaleString("en")}/s`,
    `before ${share(totals.pre_acceptance)}, near ${share(totals.near_acceptance)}, after ${share(totals.post_delivery)}, never ${share(totals.never_accepted)}`,
  ].join("  ·  ");
}

/** Nothing to wait for: undefined, as a truth file says it. */
function enterTruths(humans: HumanMessages, truths: readonly Truth[]): undefined {
  for (const truth of truths) {
    if ("state" in truth || truth.actor !== "human") continue;
    if (truth.kind === "open") humans.opened.add(truth.message_id);
    if (truth.kind === "click") humans.clicked.add(truth.message_id);
  }
}
