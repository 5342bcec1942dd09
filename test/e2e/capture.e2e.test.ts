import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKafka, createLogger } from "@antedate/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureFile, captureFlags } from "../support/capture.ts";
import { runAntedate } from "../support/antedate-process.ts";
import { eventually, select, startServers, type LocalServers } from "../support/local-servers.ts";

type Row = Record<string, unknown> & {
  class: string;
  exposure: string;
  exposed_attempt: number | null;
  url: string;
  occurred_at: string;
  recipient_domain: string;
  event_id: string;
};

/** What tells a run apart, not an engagement. */
const ofTheRun = ["decided_at", "log_id", "log_partition", "log_offset", "log_row", "input_offset"];

function comparable(row: Row): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !ofTheRun.includes(name)));
}

function bySortKey(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a.event_id) < String(b.event_id) ? -1 : 1;
}

async function truth(): Promise<Map<string, string>> {
  const lines = (await readFile(captureFile("truth.jsonl"), "utf8")).trim().split("\n");
  return new Map(
    lines.map((line) => {
      const { token, link, ts, kind } = JSON.parse(line) as {
        token: string;
        link: number | null;
        ts: string;
        kind: string;
      };
      return [`${link === null ? `/o/${token}.gif` : `/c/${token}/${link}`} ${ts}`, kind];
    }),
  );
}

/** How far both groups are behind the ends of the topics that they read, per partition. */
async function lags(servers: LocalServers): Promise<number[]> {
  const log = createLogger({ service: "test", level: "silent" });
  const admin = createKafka({ brokers: [servers.brokers], clientId: "lags", log }).admin();
  await admin.connect();
  try {
    const read = {
      antedate: ["sends", "deliveries", "engagements"],
      "antedate-sink": ["sends", "deliveries", "classified"],
    };
    const all: number[] = [];
    for (const [groupId, names] of Object.entries(read)) {
      const topics = names.map((name) => `email.${name}`);
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics })) {
        const ends = await admin.fetchTopicOffsets(topic);
        for (const { partition, offset } of partitions) {
          all.push(Number(ends.find((end) => end.partition === partition)?.high) - Math.max(0, Number(offset)));
        }
      }
    }
    return all;
  } finally {
    await admin.disconnect();
  }
}

describe("the bundled capture", () => {
  let servers: LocalServers;
  let stored: Row[];
  let replayed: Row[];
  let replayTables: string;
  let replayPage: string;

  beforeAll(async () => {
    servers = await startServers();
    const ingest = await runAntedate(["ingest", "file", ...captureFlags], servers.env);
    expect(ingest).toMatchObject({ code: 0 });
    const count = async () =>
      Number((await select<{ n: string }>(servers.clickHouse, "SELECT count() AS n FROM engagements"))[0]?.n);
    await eventually(count, (n) => n >= 1934);
    const iso = (column: string): string => `replaceOne(toString(${column}), ' ', 'T') || 'Z' AS ${column}`;
    stored = await select<Row>(
      servers.clickHouse,
      `SELECT * REPLACE (${["occurred_at", "sent_at", "accepted_at", "decided_at"].map(iso).join(", ")},
         lower(hex(recipient_hash)) AS recipient_hash, toInt32(delta_ms) AS delta_ms) FROM engagements`,
    );
    const out = await mkdtemp(join(tmpdir(), "antedate-replay-"));
    const replay = await runAntedate(["replay", ...captureFlags, "--out", out], { STATE_DIR: servers.dataDir });
    expect(replay).toMatchObject({ code: 0, stderr: "" });
    replayTables = replay.stdout.slice(0, replay.stdout.indexOf("\n6569 lines"));
    replayPage = await readFile(join(out, "report.html"), "utf8");
    const lines = (await readFile(join(out, "engagements.jsonl"), "utf8")).trim().split("\n");
    replayed = lines.map((line) => JSON.parse(line) as Row);
  });

  afterAll(async () => {
    await servers.stop();
  });

  test("gives every request of the truth exactly one row", async () => {
    const key = (row: Row): string => `${row.url} ${row.occurred_at}`;
    const expected = [...(await truth()).keys()].sort();
    expect(replayed.length).toBe(1934);
    expect([...new Set(replayed.map(key))].sort()).toEqual(expected);
    expect(new Set(replayed.map((row) => row.event_id)).size).toBe(1934);
  });

  test("gives the same rows through the servers as by replay", () => {
    expect(stored.map(comparable).sort(bySortKey)).toEqual(replayed.map(comparable).sort(bySortKey));
  });

  test("classes nothing before its message's 250 as post_delivery and no human as pre_acceptance", async () => {
    const kinds = await truth();
    const humansBefore = replayed.filter(
      (row) => row.class === "pre_acceptance" && kinds.get(`${row.url} ${row.occurred_at}`) === "human",
    );
    const lateBefore = replayed.filter((row) => row.class === "post_delivery" && (row.delta_ms as number) <= 0);
    expect(humansBefore).toEqual([]);
    expect(lateBefore).toEqual([]);
  });

  test("names the transaction in which the filter of a deferring domain clicked", () => {
    const hazel = replayed.filter((row) => row.recipient_domain === "hazel.example" && row.class === "pre_acceptance");
    expect(hazel.length).toBeGreaterThan(0);
    expect(new Set(hazel.map((row) => row.exposure))).toEqual(new Set(["in_transaction"]));
    expect(hazel.every((row) => row.exposed_attempt !== null && row.exposed_attempt < (row.attempts as number))).toBe(
      true,
    );
  });

  test("classes what happened on rejected and expired mail as never_accepted", () => {
    const never = new Set(["kapok.example", "larch.example", "maple.example", "nutmeg.example"]);
    const wrong = replayed.filter((row) => never.has(row.recipient_domain) !== (row.class === "never_accepted"));
    expect(wrong).toEqual([]);
  });

  test("fills campaign and domain, writes a row for each message and leaves nothing pending", async () => {
    expect(replayed.filter((row) => row.campaign === null || row.recipient_domain === "")).toEqual([]);
    const counts = await eventually(
      () =>
        select<{ outcome: string; n: number }>(
          servers.clickHouse,
          "SELECT outcome, toInt32(count()) AS n FROM messages GROUP BY outcome ORDER BY outcome",
        ),
      (rows) => rows.reduce((sum, { n }) => sum + n, 0) >= 400,
    );
    expect(counts).toEqual([
      { outcome: "accepted", n: 340 },
      { outcome: "bounced", n: 30 },
      { outcome: "expired", n: 30 },
    ]);
    expect(await select(servers.clickHouse, "SELECT * FROM engagements_pending")).toEqual([]);
  });

  test("reports the same figures from ClickHouse as by replay, and none since tomorrow", async () => {
    // Raw deliveries go their own way into ClickHouse; the timelines need them.
    await eventually(
      () => select<{ n: number }>(servers.clickHouse, "SELECT count()::Int32 AS n FROM deliveries FINAL"),
      ([row]) => row?.n === 977,
    );
    expect(replayPage.match(/<details class="timeline"/g)).toHaveLength(6);
    const out = join(servers.dataDir, "report.html");
    const report = await runAntedate(["report", "--out", out], servers.env);
    expect(report).toMatchObject({ code: 0, stderr: "" });
    expect(report.stdout.slice(0, report.stdout.indexOf("\nPage"))).toBe(replayTables);
    const main = (page: string): string => /<main>[^]*<\/main>/.exec(page)?.[0] ?? page;
    expect(main(await readFile(out, "utf8"))).toBe(main(replayPage));
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const nothing = await runAntedate(["report", "--since", tomorrow, "--out", out], servers.env);
    expect(nothing.code).toBe(0);
    expect(await readFile(out, "utf8")).not.toContain("hazel.example");
  });

  test("changes nothing when the same files are ingested again", async () => {
    await runAntedate(["ingest", "file", ...captureFlags], servers.env);
    await eventually(
      () => lags(servers),
      (all) => all.every((lag) => lag === 0),
    );
    const [row] = await select<{ e: number; m: number; s: number; d: number }>(
      servers.clickHouse,
      `SELECT (SELECT count() FROM engagements)::Int32 AS e, (SELECT count() FROM messages)::Int32 AS m,
         (SELECT count() FROM sends FINAL)::Int32 AS s, (SELECT count() FROM deliveries FINAL)::Int32 AS d`,
    );
    expect(row).toEqual({ e: 1934, m: 400, s: 400, d: 977 });
  });
});
