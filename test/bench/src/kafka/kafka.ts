import { fileURLToPath } from "node:url";
import { classes } from "@antedate/schemas";
import type { BenchArguments } from "../arguments.ts";
import type { Report } from "../report.ts";
import { runProgram } from "../run-program.ts";
import type { Cell } from "../table.ts";
import { makeTopics, prefix, say } from "./broker.ts";
import { startLoadedBroker, type LoadedBroker } from "./loaded-broker.ts";
import { buildPeers, measureFlink, measureStreams } from "./java-peers.ts";
import type { Measured, Printed, Span } from "./measured-process.ts";
import { measureOurJoin } from "./our-join.ts";
import type { LogFacts } from "./read-log.ts";

const contestants = ["null-pipe", "streams", "flink", "flink-at-least-once", "flink-one-thread"] as const;
type Contestant = (typeof contestants)[number];
/** Only where asked for: measured once, it was no better than what can be spread. */
const optional: readonly Contestant[] = ["flink-one-thread"];
const timeoutMs = 30 * 60_000;

/** Kafka → join → Kafka on a real broker: ours, the ceiling and the peers one after the other on the same topics. */
export async function benchKafka({ quick, sizes, partitions, data, only }: BenchArguments): Promise<Report> {
  const wanted = chosen(only);
  if (wanted.some((name) => name !== "null-pipe")) await buildPeers();
  const broker = await startLoadedBroker({ data, records: sizes?.[0] ?? (quick ? 400_000 : 3_200_000), partitions });
  try {
    const { measured: ours, log } = await measureOurJoin(broker, timeoutMs);
    const all = [ours];
    sayMeasured(ours);
    for (const name of wanted) {
      const measured = await measure(name, broker, log);
      all.push(measured);
      sayMeasured(measured);
    }
    return report(broker, log, ours, all);
  } finally {
    await broker.stop();
  }
}

function chosen(only: string[] | null): Contestant[] {
  const unknown = only?.find((name) => !contestants.some((known) => known === name) && name !== "join");
  if (unknown !== undefined) throw new Error(`--only knows join, ${contestants.join(", ")}.`);
  return contestants.filter((name) => (only === null ? !optional.includes(name) : only.includes(name)));
}

async function measure(name: Contestant, broker: LoadedBroker, log: LogFacts): Promise<Measured> {
  say(`Measuring ${name}.`);
  switch (name) {
    case "null-pipe":
      return await measureNullPipe(broker, log);
    case "streams":
      return await measureStreams(broker, timeoutMs);
    case "flink":
      return await measureFlink(broker, "exactly-once", 2, timeoutMs);
    case "flink-at-least-once":
      return await measureFlink(broker, "at-least-once", 2, timeoutMs);
    case "flink-one-thread":
      return await measureFlink(broker, "exactly-once", 1, timeoutMs);
  }
}

async function measureNullPipe(
  { admin, brokers, partitions, records }: LoadedBroker,
  log: LogFacts,
): Promise<Measured> {
  await makeTopics(admin, ["null-pipe"], partitions);
  // As large as the join's: 16 MiB is what this topic must take.
  const topic = `${prefix}null-pipe`;
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      { type: 2, name: topic, configEntries: [{ name: "max.message.bytes", value: String(17 * 1024 * 1024) }] },
    ],
  });
  const program = fileURLToPath(new URL("null-pipe.js", import.meta.url));
  const args = [program, brokers, prefix, topic, String(log.bytes), String(log.commits), String(records)];
  const { steady, outBytes, ...whole } = await runProgram<Printed>(process.execPath, args, timeoutMs);
  return { name: "null pipe", whole, steady, totals: null, outBytes: outBytes ?? null };
}

function report(broker: LoadedBroker, log: LogFacts, ours: Measured, all: Measured[]): Report {
  const differing = all.filter(
    ({ totals }) => totals !== null && JSON.stringify(totals) !== JSON.stringify(ours.totals),
  );
  const { records, valueBytes, partitions } = broker;
  return {
    title: `Kafka → join → Kafka: ${records.toLocaleString("en-US")} records in ${partitions} partitions, ${Math.round(valueBytes / records)} bytes a value; ${Math.round(log.bytes / 1e6)} MB out in ${log.commits} COMMITs`,
    columns: [
      "",
      "wall s",
      "CPU s",
      "rec/s",
      "rec/CPU-s",
      "steady rec/s",
      "steady rec/CPU-s",
      "ours ÷ it",
      "steady ÷ it",
      ...classes,
      "parked",
    ],
    rows: all.map((each) => row(each, ours)),
    figures: {
      records,
      valueBytes,
      partitions,
      outBytes: log.bytes,
      commits: log.commits,
      measured: all,
      differing: differing.map(({ name }) => name),
    },
    notes: [
      "CPU is that of the contestant's own process from its start, JIT and garbage collection included; the broker runs on the same cores.",
      "Steady is from a quarter to nineteen twentieths of the records. ÷ compares records per CPU-second.",
      differing.length === 0
        ? "All who join counted the same: by class, exposure and outcome, uncertain and parked."
        : `NOT COMPARABLE, counts differ: ${differing.map(({ name }) => name).join("; ")}`,
    ],
  };
}

/** A run takes minutes: what ends it early must not take what is known already. */
function sayMeasured({ name, whole, steady, totals }: Measured): void {
  const figures = { whole: perSecond(whole.records, whole.cpuMs), steady: perSecond(steady.records, steady.cpuMs) };
  say(`${name}: records per CPU-second ${JSON.stringify(figures)}, counted ${JSON.stringify(totals)}`);
}

function row(each: Measured, ours: Measured): Cell[] {
  const { name, whole, steady, totals } = each;
  return [
    name,
    whole.wallMs / 1_000,
    whole.cpuMs / 1_000,
    perSecond(whole.records, whole.wallMs),
    perSecond(whole.records, whole.cpuMs),
    perSecond(steady.records, steady.wallMs),
    perSecond(steady.records, steady.cpuMs),
    each === ours ? null : ratio(ours.whole, whole),
    each === ours ? null : ratio(ours.steady, steady),
    ...(totals?.classes ?? classes.map(() => null)),
    totals?.parked ?? null,
  ];
}

function perSecond(records: number, ms: number): number {
  return Math.round((records / ms) * 1_000);
}

function ratio(ours: Span, its: Span): number {
  return perSecond(ours.records, ours.cpuMs) / perSecond(its.records, its.cpuMs);
}
