import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { encodeEvent } from "@antedate/schemas";
import type { BenchArguments } from "./arguments.ts";
import { makeTopics, prefix, say, startBroker, type Broker } from "./kafka/broker.ts";
import { createInputWriter, type InputWriter } from "./kafka/loaded-broker.ts";
import { startService, type RunningService } from "./kafka/services.ts";
import { select, startClickHouse } from "./local-clickhouse.ts";
import { quantile } from "./quantile.ts";
import type { Report } from "./report.ts";
import { benchTraffic, recordsPerMessage, type EncodedRecord } from "./traffic.ts";

/** Of a capacity that is measured with everything on the same cores, the traffic's maker and the servers too. */
const shares = [0.2, 0.8];
const probeTenant = "probe";
const probeMessages = 16;
const probeEveryMs = 100;
const pollEveryMs = 50;
/** For what is left of the backlog, and of the phase before. */
const restMs = 5_000;
const tickMs = 100;

interface Phase {
  share: number;
  wantedPerSecond: number;
  /** What the maker of the traffic managed. */
  producedPerSecond: number;
  latenciesMs: number[];
  lost: number;
}

/** From an engagement's hand-over to the producer to its row in a query's answer, at shares of what all can bear. */
export async function benchLatency({ quick, sizes, partitions }: BenchArguments): Promise<Report> {
  const broker = await startBroker(null);
  const clickHouse = await startClickHouse(join(broker.workDir, "clickhouse"));
  const services: RunningService[] = [];
  try {
    await makeTopics(broker.admin, ["sends", "deliveries", "engagements", "classified", "rejects"], partitions);
    const url = await clickHouse.database("antedate");
    const client = clickHouse.client(url);
    services.push(...startServices(broker, url));
    const writer = await createInputWriter(broker.brokers, partitions);
    const probes = await createInputWriter(broker.brokers, partitions);
    for (let message = 0; message < probeMessages; message++) for (const record of begin(message)) probes.add(record);
    await probes.flush();
    say("Measuring what the pipeline can bear.");
    const capacity = await measureCapacity(writer, client, sizes?.[0] ?? (quick ? 100_000 : 600_000));
    const phases: Phase[] = [];
    for (const share of shares) {
      say(`Measuring at ${share * 100} % of ${Math.round(capacity)} records/s.`);
      for (const service of services) service.check();
      await rest(client);
      phases.push(await measurePhase({ share, capacity, seconds: quick ? 15 : 60, writer, probes, client }));
    }
    await Promise.all([writer.close(), probes.close()]);
    return report(capacity, phases);
  } finally {
    for (const service of services) await service.stop();
    await clickHouse.stop();
    await broker.stop();
  }
}

function startServices({ brokers, workDir }: Broker, url: string): RunningService[] {
  return ["join", "sink"].map((name) =>
    startService([name], {
      KAFKA_BROKERS: brokers,
      TOPIC_PREFIX: prefix,
      CLICKHOUSE_URL: url,
      STATE_DIR: join(workDir, name),
    }),
  );
}

const messageRows = `SELECT toUInt32(count()) AS rows FROM messages WHERE tenant != '${probeTenant}'`;

/** Records per second of maker, join and sink together, from the first that is made to when nearly all rows are there. */
async function measureCapacity(writer: InputWriter, client: ClickHouseClient, size: number): Promise<number> {
  const messages = Math.ceil(size / recordsPerMessage);
  const began = performance.now();
  let records = 0;
  for (const record of benchTraffic({ seed: 1, messages, messagesPerSecond: 1_000 })) {
    writer.add(record);
    if (++records % 4_000 === 0) await writer.flush();
  }
  await writer.flush();
  // One message in a hundred never ends; the last few ends are not worth the wait.
  const share = 0.95;
  while (((await select<{ rows: number }>(client, messageRows))[0]?.rows ?? 0) < share * messages)
    await sleep(pollEveryMs);
  return (share * records * 1_000) / (performance.now() - began);
}

/** What came before is merged, as far as ClickHouse merges it at once. */
async function rest(client: ClickHouseClient): Promise<void> {
  await sleep(restMs);
  const merges = "SELECT toUInt32(count()) AS merges FROM system.merges";
  while (((await select<{ merges: number }>(client, merges))[0]?.merges ?? 0) > 0) await sleep(1_000);
}

interface PhaseOptions {
  share: number;
  capacity: number;
  seconds: number;
  writer: InputWriter;
  probes: InputWriter;
  client: ClickHouseClient;
}

async function measurePhase({ share, capacity, seconds, writer, probes, client }: PhaseOptions): Promise<Phase> {
  const wantedPerSecond = Math.round(share * capacity);
  const sentAt = new Map<string, number>();
  const latenciesMs: number[] = [];
  const controller = new AbortController();
  const load = produceAt(wantedPerSecond, seconds, writer, share);
  const watch = watchProbes(client, sentAt, latenciesMs, controller.signal);
  const until = performance.now() + seconds * 1_000;
  for (let number = 0; performance.now() < until; number++) {
    const eventId = `p-${share}-${number}`;
    sentAt.set(eventId, performance.now());
    probes.add(click(number % probeMessages, eventId));
    await probes.flush();
    await sleep(probeEveryMs);
  }
  const producedPerSecond = await load;
  for (const giveUpAt = performance.now() + 60_000; sentAt.size > 0 && performance.now() < giveUpAt;) await sleep(100);
  controller.abort();
  await watch;
  return { share, wantedPerSecond, producedPerSecond, latenciesMs, lost: sentAt.size };
}

/** Traffic at a rate; what is due goes every tenth of a second. Gives the rate that came of it. */
async function produceAt(perSecond: number, seconds: number, writer: InputWriter, share: number): Promise<number> {
  const messages = Math.ceil((perSecond * seconds) / recordsPerMessage) + 1;
  // As slow in made-up time as the mix of sends and engagement needs to be even from the start.
  const traffic = benchTraffic({ seed: Math.round(share * 1_000), messages, messagesPerSecond: 20 });
  const began = performance.now();
  let produced = 0;
  for (;;) {
    const passedMs = performance.now() - began;
    if (passedMs >= seconds * 1_000) return Math.round((produced / passedMs) * 1_000);
    for (const due = (perSecond * passedMs) / 1_000; produced < due; produced++) {
      const next = traffic.next();
      if (next.done) break;
      writer.add(next.value);
    }
    await writer.flush();
    await sleep(tickMs);
  }
}

/** Asks what can be seen of the probes, and takes those out of `sentAt`. */
async function watchProbes(
  client: ClickHouseClient,
  sentAt: Map<string, number>,
  latenciesMs: number[],
  signal: AbortSignal,
): Promise<void> {
  const query = `SELECT event_id FROM engagements WHERE tenant = '${probeTenant}'`;
  while (!signal.aborted) {
    const seen = await select<{ event_id: string }>(client, query);
    const now = performance.now();
    for (const { event_id: id } of seen) {
      const at = sentAt.get(id);
      if (at === undefined) continue;
      latenciesMs.push(now - at);
      sentAt.delete(id);
    }
    await sleep(pollEveryMs);
  }
}

const acceptedAt = Date.UTC(2026, 0, 5, 8);
const base = { tenant: probeTenant, source: "postfix", precision_ms: 1, occurred_at: acceptedAt };

function probeId(message: number): string {
  return `probe/${message}`;
}

/** A message that is accepted: its clicks are decided as they come. */
function begin(message: number): EncodedRecord[] {
  const key = probeId(message);
  const shared = { ...base, message_id: key, recipient_domain: "probe.example" };
  const send = { ...shared, event_id: "s", campaign: null, recipient_hash: Buffer.alloc(16), link_count: 1 };
  const delivery = {
    ...shared,
    event_id: "d",
    started_at: null,
    outcome: "accepted" as const,
    stage: "end_of_data" as const,
    attempt: 1,
    smtp_code: 250,
    enhanced_code: null,
    diagnostic: null,
    mx_host: null,
    mx_ip: null,
  };
  return [
    { input: "sends", key, value: encodeEvent("sends", send) },
    { input: "deliveries", key, value: encodeEvent("deliveries", delivery) },
  ];
}

function click(message: number, eventId: string): EncodedRecord {
  const key = probeId(message);
  const value = encodeEvent("engagements", {
    ...base,
    message_id: key,
    event_id: eventId,
    occurred_at: acceptedAt + 3_600_000,
    kind: "click",
    url: "https://probe.example/1",
    link_id: "1",
    ip: null,
    user_agent: null,
    method: null,
    machine_hint: null,
    recipient_ambiguous: false,
  });
  return { input: "engagements", key, value };
}

function report(capacity: number, phases: Phase[]): Report {
  const figures = phases.map(({ latenciesMs, ...phase }) => ({
    ...phase,
    probes: latenciesMs.length,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    maxMs: quantile(latenciesMs, 1),
  }));
  return {
    title: `From an engagement's production to its row in ClickHouse; maker, join and sink together bear ${Math.round(capacity).toLocaleString("en-US")} records/s here`,
    columns: ["load", "wanted rec/s", "produced rec/s", "probes", "lost", "p50 ms", "p99 ms", "max ms"],
    rows: figures.map((each) => [
      `${each.share * 100} %`,
      each.wantedPerSecond,
      each.producedPerSecond,
      each.probes,
      each.lost,
      each.p50Ms,
      each.p99Ms,
      each.maxMs,
    ]),
    figures: { capacity, phases: figures },
    notes: [
      `A probe every ${probeEveryMs} ms, ClickHouse asked every ${pollEveryMs} ms: so much finer a figure cannot be.`,
      "Broker, ClickHouse, join, sink and the traffic's maker share the cores.",
    ],
  };
}
