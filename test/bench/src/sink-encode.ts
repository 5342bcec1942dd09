// Rows of COMMITs into ClickHouse, no Kafka: by the sink's encoder and insert, and as objects by client.insert.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startClickHouseServer } from "@antedate/clickhouse-server";
import { createLogger, createTelemetry } from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import {
  decodeJoinLog,
  encodeCommit,
  LogReader,
  zeroCounters,
  type Commit,
  type EngagementRow,
  type MessageRow,
} from "@antedate/schemas";
import { createClickHouseStore, LogRows, migrate, TableWatch, type CutBlocks, type Store } from "@antedate/sink";

export interface EncodeFigure {
  name: string;
  rows: number;
  cpuMs: number;
  wallMs: number;
}

const appendTime = Date.UTC(2026, 10, 24);
/** One cut: what the sink inserts at once. */
const [commitCount, engagementsEach, messagesEach] = [4, 8_000, 4_500];
const warmUpMs = 3_000;
const rowsPerCut = commitCount * (engagementsEach + messagesEach);

/** Rows per CPU-second of this process, ClickHouse's own not counted. */
async function benchSinkEncode(cuts = 10): Promise<EncodeFigure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "antedate-bench-"));
  const server = await startClickHouseServer({ dataDir, port: 0 });
  const url = `${server.url}/antedate`;
  const client = createClickHouse(url);
  try {
    const log = createLogger({ service: "bench", level: "silent" });
    await migrate({ clickHouseUrl: url, log });
    const tables = new TableWatch({ client, log, health: createTelemetry().health });
    const store = createClickHouseStore(client, tables);
    const cut = makeCut();
    const figures = [
      await measure("encoder", cuts * 4, () => void encodeCut(cut)),
      await measure("encoder and insert", cuts, () => insertCut(store, encodeCut(cut))),
      await measure("avsc, objects only", Math.ceil(cuts / 4), () => void cut.map(decodeJoinLog)),
    ];
    // Made now: so many live objects would slow the collector down for the others.
    const objects = toObjects(cut);
    const insert = () => insertObjects(client, objects);
    return [...figures, await measure("client.insert of objects, JSONEachRow", Math.ceil(cuts / 4), insert)];
  } finally {
    await client.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(name: string, cuts: number, run: () => Promise<void> | void): Promise<EncodeFigure> {
  // The first seconds would else be the compiler's.
  for (const end = performance.now() + warmUpMs; performance.now() < end;) await run();
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let cut = 0; cut < cuts; cut++) await run();
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { name, rows: cuts * rowsPerCut, cpuMs: (user + system) / 1_000, wallMs };
}

const rows = new LogRows();

function encodeCut(cut: readonly Buffer[]): CutBlocks {
  const reader = new LogReader(0);
  for (const [index, value] of cut.entries()) {
    const offset = index + 1;
    const place = { appendTime, logId: "7b1fd7f0-1b5a-4a7c-9d0e-4a9f6bde8f11", partition: 3, offset };
    const record = reader.takeWith(offset, value, (commit, bodyStart) => rows.add(commit, bodyStart, place));
    if (record === null) throw new Error("the sink passed a COMMIT over");
  }
  return rows.take();
}

async function insertCut(store: Store, { engagements, messages }: CutBlocks): Promise<void> {
  for (const block of [...engagements, ...messages]) {
    if ((await store.insert(block, null)) !== "done") throw new Error("ClickHouse did not take a block");
  }
}

type Objects = Record<"engagements" | "messages", object[]>;

async function insertObjects(client: ClickHouseClient, objects: Objects): Promise<void> {
  for (const [table, values] of Object.entries(objects)) {
    await client.insert({ table, values, format: "JSONEachRow" });
  }
}

function toObjects(cut: readonly Buffer[]): Objects {
  const objects: Objects = { engagements: [], messages: [] };
  for (const [log_offset, value] of cut.entries()) {
    const { commit } = decodeJoinLog(value) as { commit: Commit };
    const place = { decided_at: appendTime, log_id: "objects", log_partition: 3, log_offset };
    for (const table of ["engagements", "messages"] as const) {
      for (const [log_row, row] of commit[table].entries()) {
        // JSON holds no bytes: sixteen hexadecimal digits are as long.
        const recipient_hash = Buffer.from(row.recipient_hash ?? []).toString("hex", 0, 8);
        objects[table].push({ ...row, recipient_hash, ...place, log_row });
      }
    }
  }
  return objects;
}

let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % below;
}

function digits(count: number): string {
  return Array.from({ length: count }, () => random(16).toString(16)).join("");
}

const userAgents = [
  "Mozilla/5.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
];

function makeMessage(): MessageRow {
  return {
    tenant: "acme",
    campaign: `spring-${random(20)}`,
    message_id: `<${digits(20)}@mail.example.com>`,
    recipient_domain: `domain${random(300)}.example`,
    recipient_hash: Buffer.from(digits(32), "hex"),
    source: "app",
    sent_at: appendTime - random(1e8),
    first_attempt_at: appendTime - random(1e8),
    outcome: "accepted",
    accepted_at: appendTime - random(1e8),
    attempts: 1 + random(4),
    deferrals: random(3),
    content_deferrals: random(2),
    mx_host: `mx${random(9)}.domain.example`,
    filter_vendor: random(2) === 0 ? "proofpoint" : null,
  };
}

function makeEngagement(input_offset: number): EngagementRow {
  const { first_attempt_at: _, outcome: __, content_deferrals: ___, ...message } = makeMessage();
  return {
    ...message,
    source: "tracker",
    event_id: digits(24),
    kind: random(2) === 0 ? "open" : "click",
    class: random(3) === 0 ? "pre_acceptance" : "post_delivery",
    exposure: "after_acceptance",
    exposed_attempt: random(3) === 0 ? null : 1 + random(3),
    uncertain: random(9) === 0,
    occurred_at: appendTime - random(1e8),
    delta_ms: random(1e7) - 5e6,
    ip: `192.0.${random(256)}.${random(256)}`,
    user_agent: userAgents[random(3)] as string,
    method: "GET",
    url: random(2) === 0 ? `https://click.example.com/c/${digits(30)}` : null,
    link_id: random(2) === 0 ? String(random(12)) : null,
    machine_hint: null,
    recipient_ambiguous: false,
    input_offset,
  };
}

/** The COMMITs of one cut, behind a record at offset 0. */
function makeCut(): Buffer[] {
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  return Array.from({ length: commitCount }, (_, prev) =>
    encodeCommit({
      prev,
      next_offsets: offsets,
      task_time: appendTime,
      engagements: Array.from({ length: engagementsEach }, (__, index) => makeEngagement(index)),
      messages: Array.from({ length: messagesEach }, makeMessage),
      messages_began_at: Array.from({ length: messagesEach }, () => appendTime),
      parked: [],
      disposed: [{ first: 0, count: engagementsEach }],
      rejected_sends: [],
      rejected_deliveries: [],
      rejected_engagements: [],
      counters: zeroCounters(),
      parked_count: 0,
      parked_xor: 0,
      cut: prev === commitCount - 1,
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, rows: count, cpuMs, wallMs } of await benchSinkEncode()) {
    const perSecond = (ms: number): string => `${Math.round((count / ms) * 1_000).toLocaleString("en")} rows/s`;
    console.log(`${name.padEnd(40)} ${perSecond(cpuMs)} of CPU, ${perSecond(wallMs)} of wall`);
  }
}
