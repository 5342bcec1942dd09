// Raw sends and deliveries through the sink's own flow, from fetched batches to insert bodies; no Kafka, no ClickHouse.
import { pathToFileURL } from "node:url";
import { createLogger, createTelemetry, toRecordBatch, type Fetched } from "@antedate/runtime";
import { encodeEvent, encodeReject, WriterSchemas, type Delivery, type Send } from "@antedate/schemas";
import { createSinkMetrics, FetchBudget, RawFlow, rawTables, type RawTableName, type Store } from "@antedate/sink";

const appendTime = Date.UTC(2026, 10, 24);
const recordsEach = 4_000;
const warmUpMs = 3_000;

interface RawFigure {
  name: RawTableName;
  rows: number;
  cpuMs: number;
}

/** Rows per CPU-second of this process. */
async function benchSinkRaw(fetches = 500): Promise<RawFigure[]> {
  const figures: RawFigure[] = [];
  for (const name of ["sends", "deliveries", "rejects"] as const) {
    const values = Array.from({ length: recordsEach }, (_, index) => recordOf(name, index));
    const end = performance.now() + warmUpMs;
    await run(name, values, () => performance.now() < end);
    let left = fetches;
    const cpu = process.cpuUsage();
    const rows = await run(name, values, () => left-- > 0);
    const { user, system } = process.cpuUsage(cpu);
    figures.push({ name, rows, cpuMs: (user + system) / 1_000 });
  }
  return figures;
}

/** Hands the same records to a new flow as often as asked; gives how many rows it stored. */
async function run(name: RawTableName, values: Keyed[], isWanted: () => boolean): Promise<number> {
  let rows = 0;
  let position = 0;
  let started = (): void => {};
  const start = new Promise<void>((resolve) => (started = resolve));
  let stored = (): void => {};
  const store: Store = {
    insert: (block) => {
      rows += block.rowCount;
      stored();
      return Promise.resolve("done");
    },
    count: () => Promise.resolve(0),
    newestOffset: () => Promise.resolve(-1),
    isEmpty: () => Promise.resolve(true),
  };
  const flow = new RawFlow({
    topic: name,
    partition: 3,
    control: { start: () => started(), pause: () => {}, resume: () => {}, commit: () => {} },
    log: createLogger({ service: "bench", level: "silent" }),
    metrics: createSinkMetrics(createTelemetry()).flow(name, 3),
    table: rawTables(new WriterSchemas())[name],
    store,
    budget: new FetchBudget(256 * 1024 * 1024),
    inserts: { add: (insert) => insert() },
    reader: {
      ends: () => Promise.resolve({ low: 0, high: 0 }),
      read: () => Promise.reject(new Error("nothing is read")),
      highs: () => Promise.resolve(new Map()),
      close: () => Promise.resolve(),
    },
    committed: () => Promise.resolve(null),
  });
  const running = flow.run();
  await start;
  const batch = toRecordBatch(values.map((record, offset) => ({ ...record, offset, appendTime })));
  while (isWanted()) {
    flow.receive(name, fetchedAt(batch, position));
    position += values.length;
    await new Promise(setImmediate);
  }
  while (rows < position) await new Promise<void>((resolve) => (stored = resolve));
  flow.stop();
  await running;
  return rows;
}

function fetchedAt(batch: Fetched["batches"][number], position: number): Fetched {
  const end = position + recordsEach;
  return {
    batches: [{ ...batch, baseOffset: position, lastOffset: end - 1 }],
    fetchedOffset: position,
    nextOffset: end,
    highWatermark: end,
  };
}

interface Keyed {
  key: Buffer;
  value: Buffer;
}

function recordOf(name: RawTableName, index: number): Keyed {
  const message_id = `acme/${(index * 7_919).toString(16).padStart(20, "0")}@mail.example.com/${"0f".repeat(16)}`;
  const shared = { message_id, tenant: "acme", occurred_at: appendTime - index, precision_ms: 1_000 };
  const recipient_domain = `domain${index % 300}.example`;
  const send: Send = {
    ...shared,
    event_id: `s-${index}`,
    campaign: `spring-${index % 20}`,
    source: "app",
    recipient_domain,
    recipient_hash: Buffer.alloc(16, index),
    link_count: index % 12,
  };
  const delivery: Delivery = {
    ...shared,
    event_id: `d-${index}`,
    source: "postfix",
    started_at: appendTime - index - 900,
    outcome: index % 5 === 0 ? "deferred" : "accepted",
    stage: "end_of_data",
    attempt: 1 + (index % 3),
    smtp_code: 250,
    enhanced_code: "2.0.0",
    diagnostic: `250 2.0.0 Ok: queued as ${index.toString(16).padStart(10, "0").toUpperCase()}`,
    mx_host: `mx${index % 9}.domain.example`,
    mx_ip: `192.0.2.${index % 256}`,
    recipient_domain,
  };
  const key = Buffer.from(message_id);
  if (name === "sends") return { key, value: encodeEvent("sends", send) };
  if (name === "deliveries") return { key, value: encodeEvent("deliveries", delivery) };
  const raw = encodeEvent("sends", send);
  return {
    key,
    value: encodeReject({ topic: "email.sends", partition: 3, offset: index, reason: "key_mismatch", raw }).value,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, rows, cpuMs } of await benchSinkRaw()) {
    console.log(`${name.padEnd(12)} ${Math.round((rows / cpuMs) * 1_000).toLocaleString("en")} rows per CPU-second`);
  }
}
