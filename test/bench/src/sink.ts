import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Partitioners } from "kafkajs";
import { quietKafka } from "@antedate/kafka-server";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { decodeJoinLog, encodeFence } from "@antedate/schemas";
import type { BenchArguments } from "./arguments.ts";
import { createJoinCore } from "./join-core.ts";
import { makeRecords } from "./join.ts";
import { makeTopics, prefix, say, startBroker, type Broker } from "./kafka/broker.ts";
import { watchCpu, type Span } from "./kafka/measured-process.ts";
import { startService } from "./kafka/services.ts";
import { select, startClickHouse } from "./local-clickhouse.ts";
import type { Report } from "./report.ts";

type Row = Record<string, unknown>;
type FactTable = "engagements" | "messages";

const commitEvery = 20_000;
const rowsPerInsert = 50_000;

/** The join log into ClickHouse by the sink, and the same rows by `client.insert` of objects. */
export async function benchSink({ quick, sizes, partitions }: BenchArguments): Promise<Report> {
  const broker = await startBroker(null);
  const clickHouse = await startClickHouse(join(broker.workDir, "clickhouse"));
  try {
    say("Making join logs.");
    const logs = makeLogs(sizes?.[0] ?? (quick ? 200_000 : 2_000_000), partitions);
    await makeTopics(broker.admin, ["sends", "deliveries", "engagements", "classified", "rejects"], partitions);
    await writeLogs(broker, logs);
    say("Measuring the sink.");
    const url = await clickHouse.database("antedate");
    const ours = await measureSink(broker, url, clickHouse.client(url), countRows(logs));
    say("Measuring client.insert.");
    const objects = await measureObjects(clickHouse.client(await clickHouse.database("objects")), rowObjects(logs));
    return report(ours, objects);
  } finally {
    await clickHouse.stop();
    await broker.stop();
  }
}

/** A join log for each partition, values in order: a FENCE, then COMMITs with a cut each. */
function makeLogs(records: number, partitions: number): Buffer[][] {
  return Array.from({ length: partitions }, (_, partition) => {
    const fence = encodeFence({
      prev: -1,
      nonce: "bench",
      log_id: `bench-${partition}`,
      cluster_id: "bench",
      partition_count: partitions,
      config_digest: "bench",
      config: "{}",
      next_offsets: { sends: 0, deliveries: 0, engagements: 0 },
      task_time: 0,
    });
    const core = createJoinCore();
    const values = [fence];
    for (const [index, record] of makeRecords(records / partitions, partition + 1).entries()) {
      core.take(record.input, record);
      if (index % commitEvery === commitEvery - 1) values.push(...core.commit().map((value) => Buffer.from(value)));
    }
    return [...values, ...core.commit()];
  });
}

async function writeLogs({ brokers }: Broker, logs: readonly Buffer[][]): Promise<void> {
  const producer = quietKafka(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const [partition, values] of logs.entries()) {
    for (const value of values) {
      await producer.send({ topic: `${prefix}classified`, acks: -1, messages: [{ partition, value, key: null }] });
    }
  }
  await producer.disconnect();
}

function countRows(logs: readonly Buffer[][]): number {
  let rows = 0;
  for (const value of logs.flat()) {
    const record = decodeJoinLog(value);
    if (record && "commit" in record) rows += record.commit.engagements.length + record.commit.messages.length;
  }
  return rows;
}

interface SinkSpan extends Span {
  name: string;
  /** Between a quarter and nineteen twentieths of the rows; null where they came in too few blocks to tell. */
  steady: Span | null;
}

async function measureSink(
  { brokers, workDir }: Broker,
  clickHouseUrl: string,
  client: ClickHouseClient,
  wanted: number,
): Promise<SinkSpan> {
  const service = startService(["sink"], {
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    CLICKHOUSE_URL: clickHouseUrl,
    STATE_DIR: join(workDir, "sink"),
  });
  const cpu = watchCpu(service.child);
  const query = "SELECT toUInt32((SELECT count() FROM engagements) + (SELECT count() FROM messages)) AS rows";
  const samples: { time: number; rows: number }[] = [];
  try {
    for (;;) {
      service.check();
      const rows = (await select<{ rows: number }>(client, query))[0]?.rows ?? 0;
      samples.push({ time: Date.now(), rows });
      if (rows > wanted) throw new Error(`${rows} rows are there, ${wanted} were in the log`);
      if (rows === wanted) break;
      await sleep(200);
    }
    // The watch's next sample may still be to come.
    await sleep(150);
  } finally {
    await service.stop();
    cpu.stop();
  }
  const whenWith = (share: number) =>
    samples.find(({ rows }) => rows >= share * wanted) as { time: number; rows: number };
  const [from, to, end] = [whenWith(0.25), whenWith(0.95), whenWith(1)];
  const wallMs = end.time - service.startedAt;
  const steady = {
    records: to.rows - from.rows,
    wallMs: to.time - from.time,
    cpuMs: cpu.cpuMsAt(to.time) - cpu.cpuMsAt(from.time),
  };
  return {
    name: "antedate sink",
    records: wanted,
    wallMs,
    cpuMs: cpu.cpuMsAt(end.time),
    steady: steady.cpuMs > 0 ? steady : null,
  };
}

const times = new Set(["occurred_at", "sent_at", "accepted_at", "first_attempt_at", "decided_at"]);

/** The rows as objects as a user would hand them to the client, made beforehand. */
function rowObjects(logs: readonly Buffer[][]): Record<FactTable, Row[]> {
  const objects: Record<FactTable, Row[]> = { engagements: [], messages: [] };
  for (const [log_partition, values] of logs.entries()) {
    for (const [log_offset, value] of values.entries()) {
      const record = decodeJoinLog(value);
      if (record === null || !("commit" in record)) continue;
      const place = { decided_at: Date.now(), log_id: `bench-${log_partition}`, log_partition, log_offset };
      for (const table of ["engagements", "messages"] as const) {
        for (const [log_row, row] of record.commit[table].entries())
          objects[table].push(toObject({ ...row, ...place, log_row }));
      }
    }
  }
  return objects;
}

function toObject(row: object): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    if (times.has(name) && typeof value === "number")
      return [name, new Date(value).toISOString().replace("T", " ").slice(0, 23)];
    // JSON holds no bytes: half of the hash in hexadecimal is as long.
    if (value instanceof Uint8Array) return [name, Buffer.from(value).toString("hex").slice(0, 16)];
    return [name, value as unknown];
  });
  return Object.fromEntries(entries) as Row;
}

async function measureObjects(client: ClickHouseClient, objects: Record<FactTable, Row[]>): Promise<SinkSpan> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let records = 0;
  for (const [table, rows] of Object.entries(objects)) {
    for (let from = 0; from < rows.length; from += rowsPerInsert) {
      const values = rows.slice(from, from + rowsPerInsert);
      await client.insert({ table, values, format: "JSONEachRow" });
      records += values.length;
    }
  }
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { name: "client.insert, JSONEachRow", records, wallMs, cpuMs: (user + system) / 1_000, steady: null };
}

function report(ours: SinkSpan, objects: SinkSpan): Report {
  const perCpuSecond = ({ records, cpuMs }: Span): number => Math.round((records / cpuMs) * 1_000);
  const ratio = perCpuSecond(ours) / perCpuSecond(objects);
  return {
    title: "Join log → ClickHouse: rows of engagements and messages",
    columns: ["", "rows", "wall s", "CPU s", "rows/CPU-s", "steady rows/CPU-s", "ours ÷ it"],
    rows: [ours, objects].map((each) => [
      each.name,
      each.records,
      each.wallMs / 1_000,
      each.cpuMs / 1_000,
      perCpuSecond(each),
      each.steady && perCpuSecond(each.steady),
      each === ours ? null : ratio,
    ]),
    figures: { ours, objects, ratio },
    notes: [
      "The sink's CPU is that of its whole process from its start: Kafka, the log's decoding and parked rows included.",
      "client.insert's is that of the inserts alone: its objects were made beforehand, it reads no Kafka and proves nothing.",
    ],
  };
}
