import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import type { BenchArguments } from "./arguments.ts";
import { say } from "./kafka/broker.ts";
import { forgetPeak, residentBytes, select, startClickHouse, type LocalClickHouse } from "./local-clickhouse.ts";
import type { Report } from "./report.ts";

interface Asked {
  firstMs: number;
  bestMs: number;
  /** The most resident memory while it ran, beyond that before. */
  peakBytes: number;
  answer: string;
}

const tries = 3;

/** The class of all engagement by campaign: by a join at query time over three raw tables, and from our table. */
export async function benchSqlOnly({ quick, sizes }: BenchArguments): Promise<Report> {
  const results: { messages: number; raw: Asked; ours: Asked; isSame: boolean }[] = [];
  for (const messages of sizes ?? (quick ? [200_000] : [1_000_000, 5_000_000, 20_000_000])) {
    say(`Measuring ${messages.toLocaleString("en-US")} messages.`);
    const dir = await mkdtemp(join(tmpdir(), "antedate-bench-"));
    const clickHouse = await startClickHouse(dir);
    try {
      const client = clickHouse.client(await clickHouse.database("antedate"));
      for (const query of fill(messages)) await client.command({ query });
      const raw = await ask(clickHouse, client, atQueryTime);
      const ours = await ask(clickHouse, client, fromOurs);
      results.push({ messages, raw, ours, isSame: raw.answer === ours.answer });
    } finally {
      await clickHouse.stop();
      await rm(dir, { recursive: true, force: true });
    }
  }
  return report(results);
}

async function ask(clickHouse: LocalClickHouse, client: ClickHouseClient, query: string): Promise<Asked> {
  const timesMs: number[] = [];
  let answer = "";
  const before = residentBytes(clickHouse.pid, "now");
  forgetPeak(clickHouse.pid);
  for (let attempt = 0; attempt < tries; attempt++) {
    const began = performance.now();
    answer = JSON.stringify(await select(client, query));
    timesMs.push(performance.now() - began);
  }
  const peakBytes = Math.max(0, residentBytes(clickHouse.pid, "peak") - before);
  return { firstMs: timesMs[0] ?? NaN, bestMs: Math.min(...timesMs), peakBytes, answer };
}

/** What a user would do without Antedate: three tables as they come, sorted by what they are joined by. */
const rawTables = [
  `CREATE TABLE raw_sends (message_id String, campaign LowCardinality(String), occurred_at DateTime64(3, 'UTC'))
    ENGINE = MergeTree ORDER BY message_id`,
  `CREATE TABLE raw_deliveries (message_id String, outcome LowCardinality(String), occurred_at DateTime64(3, 'UTC'))
    ENGINE = MergeTree ORDER BY message_id`,
  `CREATE TABLE raw_engagements (message_id String, event_id String, kind LowCardinality(String), occurred_at DateTime64(3, 'UTC'))
    ENGINE = MergeTree ORDER BY message_id`,
];

const id = "concat('tenant-', toString(n % 4), '/', lower(hex(sipHash128(n))))";
const sentAt = "toDateTime64('2026-01-05 08:00:00', 3, 'UTC') + toIntervalMillisecond(n * 5)";
/** One message in ten is deferred first, one in twenty-five bounces. */
const repliedAt = `${sentAt} + toIntervalSecond(if(n % 10 = 0, 600, 2))`;

const classed = `
  SELECT e.message_id AS message_id, e.event_id AS event_id, e.kind AS kind, e.occurred_at AS at,
    s.campaign AS campaign, s.occurred_at AS sent, o.ended AS outcome, o.replied AS replied,
    multiIf(outcome = '', 'unknown', outcome != 'accepted', 'never_accepted',
      dateDiff('millisecond', replied, at) < -5000, 'pre_acceptance',
      dateDiff('millisecond', replied, at) <= 60000, 'near_acceptance', 'post_delivery') AS class
  FROM raw_engagements AS e
  LEFT JOIN (
    SELECT message_id, argMin(d.outcome, d.occurred_at) AS ended, min(d.occurred_at) AS replied
    FROM raw_deliveries AS d WHERE d.outcome IN ('accepted', 'bounced', 'expired') GROUP BY message_id
  ) AS o ON o.message_id = e.message_id
  LEFT JOIN raw_sends AS s ON s.message_id = e.message_id`;

const atQueryTime = `SELECT campaign, class, toUInt32(count()) AS engagements FROM (${classed}) GROUP BY ALL ORDER BY ALL`;
const fromOurs =
  "SELECT assumeNotNull(campaign) AS campaign, class, toUInt32(count()) AS engagements FROM engagements GROUP BY ALL ORDER BY ALL";

function fill(messages: number): string[] {
  const numbers = `(SELECT number AS n FROM numbers(${messages}))`;
  const some = `(SELECT sipHash64(number) % ${messages} AS n, number AS event FROM numbers(${Math.round(messages * 0.9)}))`;
  return [
    ...rawTables,
    `INSERT INTO raw_sends SELECT ${id}, concat('campaign-', toString(intDiv(n, 50000))), ${sentAt} FROM ${numbers}`,
    `INSERT INTO raw_deliveries SELECT ${id}, 'deferred', ${sentAt} + toIntervalSecond(2) FROM ${numbers} WHERE n % 10 = 0`,
    `INSERT INTO raw_deliveries SELECT ${id}, if(n % 25 = 1, 'bounced', 'accepted'), ${repliedAt} FROM ${numbers} WHERE n % 100 != 3`,
    `INSERT INTO raw_engagements SELECT ${id}, toString(event), if(event % 3 = 0, 'click', 'open'),
      ${sentAt} + toIntervalSecond(pow(sipHash64(event) % 1000, 1.5)) FROM ${some}`,
    // What the sink would have written: all columns of the contract, those of the trackers made up.
    `INSERT INTO engagements (tenant, campaign, message_id, event_id, kind, class, exposure, occurred_at, sent_at, accepted_at,
        attempts, recipient_domain, recipient_hash, ip, user_agent, url, source, decided_at, log_id)
      SELECT substring(message_id, 1, 8), campaign, message_id, event_id, kind, class, 'after_acceptance', at, sent, replied,
        1, concat('mail', toString(sipHash64(message_id) % 200), '.example'), unhex(substring(message_id, 10)),
        '198.51.100.1', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', concat('https://track.example/', event_id), 'tracker',
        toDateTime64('2026-01-06 00:00:00', 3, 'UTC'), 'bench'
      FROM (${classed})`,
  ];
}

function report(results: { messages: number; raw: Asked; ours: Asked; isSame: boolean }[]): Report {
  const differing = results.filter(({ isSame }) => !isSame);
  return {
    title: "The class of every engagement by campaign: three raw tables joined at query time, and Antedate's table",
    columns: ["messages", "asked of", "first ms", "best ms", "peak MB", "times as fast"],
    rows: results.flatMap(({ messages, raw, ours }) => [
      [messages, "raw tables, join in SQL", raw.firstMs, raw.bestMs, raw.peakBytes / 1e6, null],
      [messages, "engagements", ours.firstMs, ours.bestMs, ours.peakBytes / 1e6, raw.bestMs / ours.bestMs],
    ]),
    figures: results.map(({ messages, raw, ours, isSame }) => ({
      messages,
      raw: { ...raw, answer: undefined },
      ours: { ...ours, answer: undefined },
      isSame,
    })),
    notes: [
      "The raw tables have no event twice and the query asks for no exposure: less than what the table answers.",
      differing.length === 0 ? "Both gave the same answer." : "NOT COMPARABLE: the answers differ.",
    ],
  };
}
