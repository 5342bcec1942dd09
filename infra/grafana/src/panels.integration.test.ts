import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { createLogger } from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { migrate } from "@antedate/sink";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboardPlans } from "./dashboard-plans.ts";
import * as truthSql from "./engagement-truth-sql.ts";
import type { PanelKind, SqlPanelPlan } from "./panel-plan.ts";
import * as healthSql from "./pipeline-health-sql.ts";

const hourSeconds = 3600;
const dayStart = Date.UTC(2026, 2, 1) / 1000;
const range = { from: dayStart, to: dayStart + 48 * hourSeconds };

/** A selection per variable; null is All. */
type Chosen = Readonly<Record<string, readonly string[] | null>>;
const all: Chosen = { tenant: null, campaign: null, domain: null };
const some: Chosen = { tenant: ["acme", "o'neil"], campaign: ["spring"], domain: ["d1.example", "d2.example"] };

/** What Grafana and the ClickHouse plugin make of a panel's SQL before they send it. */
function expand(sql: string, chosen: Chosen): string {
  return sql
    .replaceAll(/\$__conditionalAll\((.+? IN \(.+?\)), \$(\w+)\)/g, (_, condition: string, name: string) =>
      chosen[name] === null ? "1=1" : condition,
    )
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) =>
      (chosen[name] ?? []).map((value) => `'${value.replaceAll("'", "''")}'`).join(","),
    )
    .replaceAll(/\$__timeInterval\((\w+)\)/g, "toStartOfInterval(toDateTime($1), INTERVAL 60 second)")
    .replaceAll("$__interval_s", "60")
    .replaceAll("$__fromTime", `toDateTime(${range.from})`)
    .replaceAll("$__toTime", `toDateTime(${range.to})`);
}

/** 20 000 engagements of 5 000 messages over two days, with every class, exposure and kind; some parked, some rejected. */
const plausibleRows = [
  `INSERT INTO messages (tenant, campaign, message_id, recipient_domain, source, sent_at, first_attempt_at, outcome,
    accepted_at, attempts, deferrals, content_deferrals, mx_host, filter_vendor, decided_at, log_id, log_partition, log_offset)
  SELECT ['acme', 'o''neil'][1 + number % 2], if(number % 10 = 0, null, ['spring', 'autumn'][1 + number % 3 % 2]),
    concat('m', toString(number)), concat('d', toString(number % 40), '.example'), 'postfix',
    toDateTime64(${dayStart} + number * 30, 3, 'UTC') AS sent, sent,
    ['accepted', 'accepted', 'accepted', 'bounced', 'expired', 'unknown'][1 + number % 6] AS result,
    if(result = 'accepted', sent + 600, null), 1 + number % 3, number % 3, number % 3,
    'mx.example', if(number % 4 = 0, null, ['Proofpoint', 'Mimecast'][1 + number % 2]),
    toDateTime64(${dayStart} + number * 30 + 700, 3, 'UTC'), 'log', number % 4, number
  FROM numbers(5000)`,
  `INSERT INTO engagements (tenant, campaign, message_id, event_id, kind, class, exposure, exposed_attempt, uncertain,
    occurred_at, sent_at, accepted_at, delta_ms, attempts, deferrals, recipient_domain, filter_vendor, ip, user_agent,
    url, link_id, source, decided_at, log_id, log_partition, log_offset, input_offset)
  SELECT m.tenant, m.campaign, m.message_id, toString(n), ['open', 'click', 'unsubscribe'][1 + n % 3],
    multiIf(outcome = 'accepted', if(n % 4 = 0, 'pre_acceptance', if(n % 4 = 1, 'near_acceptance', 'post_delivery')),
      outcome = 'unknown', 'unknown', 'never_accepted') AS of_class,
    multiIf(of_class = 'post_delivery', 'after_acceptance', n % 7 = 0, 'not_exposed', n % 2 = 0, 'after_deferral', 'in_transaction'),
    1, n % 50 = 0, if(outcome = 'accepted', accepted_at + off, m.sent_at + 60) AS at, m.sent_at, m.accepted_at,
    if(outcome = 'accepted', toInt64(off * 1000), null), m.attempts, m.deferrals, m.recipient_domain, m.filter_vendor,
    if(n % 9 = 0, null, concat('198.51.100.', toString(n % 20))), concat('agent ', toString(n % 5)),
    'https://example.com/', if(n % 3 = 0, null, toString(n % 4)), 'tracker', m.decided_at, 'log', m.log_partition, m.log_offset, n
  FROM (
    SELECT number AS n, concat('m', toString(n % 5000)) AS message_id,
      multiIf(n % 4 = 0, -toInt64(pow(3, n % 6)) * 6, n % 4 = 1, 1, toInt64(pow(3, n % 11)) + 60) AS off
    FROM numbers(20000)
  ) AS e
  INNER JOIN messages AS m USING (message_id)`,
  `INSERT INTO parked (tenant, message_id, event_id, kind, occurred_at, source, parked_at, log_id, log_partition, input_offset)
  SELECT 'acme', 'p', toString(number), 'click', now64(3) - number * 60, 'tracker', now64(3) - number * 60, 'other log', 0, number
  FROM numbers(2000)`,
  `INSERT INTO rejects (topic, partition, offset, reason, raw, rejected_at)
  SELECT 'email.engagements', 0, number, ['undecodable', 'too_large'][1 + number % 2], '', toDateTime64(${dayStart} + number * 60, 3, 'UTC')
  FROM numbers(600)`,
  `INSERT INTO books (log_id, log_partition, log_offset, booked_at, engagements_read, engagements_decided, messages_decided,
    engagement_rows, message_rows)
  SELECT 'log', number, 5000, toDateTime64(${dayStart}, 3, 'UTC'), 5000, 5000, 1250, 5000, 1250 FROM numbers(4)`,
];

const directories: string[] = [];
let server: StartedServer;
let client: ClickHouseClient;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "antedate-grafana-"));
  directories.push(dataDir);
  server = await startClickHouseServer({ dataDir, port: 0 });
  const clickHouseUrl = `${server.url.replace("http://", "http://default@")}/antedate`;
  await migrate({ clickHouseUrl, log: createLogger({ service: "test", level: "silent" }) });
  client = createClickHouse(clickHouseUrl);
  for (const query of plausibleRows) await client.command({ query });
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

interface Answer {
  meta: { name: string; type: string }[];
  data: Record<string, unknown>[];
}

async function ask(sql: string, chosen: Chosen): Promise<Answer> {
  const query = expand(sql, chosen);
  expect(query).not.toContain("$");
  const result = await client.query({ query, format: "JSON" });
  return (await result.json<Record<string, unknown>>()) as Answer;
}

const isTime = (type: string): boolean => /^(Nullable\()?DateTime/.test(type);
const isNumber = (type: string): boolean => /^(Nullable\()?(U?Int|Float)/.test(type);
const isText = (type: string): boolean => /String/.test(type);

/** What a panel of the kind can draw. */
const requirements: Readonly<Record<PanelKind, (answer: Answer) => void>> = {
  "time-series": ({ meta, data }) => {
    expect(meta[0]).toMatchObject({ name: "time", type: expect.stringMatching(/^DateTime/) });
    const labels = meta.filter(({ type }) => isText(type));
    expect(labels.length).toBeLessThanOrEqual(1);
    const values = meta.slice(1 + labels.length);
    expect(values.length).toBeGreaterThan(0);
    for (const { type } of values) expect(type).toSatisfy(isNumber);
    const times = data.map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
  },
  bars: ({ meta, data }) => {
    expect(meta[0]?.type).toSatisfy(isText);
    expect(meta.length).toBeGreaterThan(1);
    for (const { type } of meta.slice(1)) expect(type).toSatisfy(isNumber);
    const names = data.map((row) => row[meta[0]?.name ?? ""]);
    expect(new Set(names).size).toBe(names.length);
  },
  table: ({ meta }) => {
    for (const { type } of meta) expect(isTime(type) || isNumber(type) || isText(type)).toBe(true);
  },
  stat: ({ meta, data }) => {
    expect(data).toHaveLength(1);
    for (const { type } of meta) expect(type).toSatisfy(isNumber);
  },
};

describe.each(dashboardPlans)("$title", ({ rows, variables }) => {
  const panels: SqlPanelPlan[] = rows.flatMap((row) => row.panels).filter((panel) => "sql" in panel);

  test.each(panels)(
    "$title: rows with the columns that a $kind panel needs",
    async ({ sql, kind, columnUnits = {} }) => {
      const answer = await ask(sql, all);
      expect(answer.data.length).toBeGreaterThan(0);
      requirements[kind](answer);
      const names = answer.meta.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(columnUnits)));
      expect(answer.data.some((row) => names.some((name) => Number(row[name]) > 0))).toBe(true);
    },
  );

  test.each(panels)("$title: the variables are heeded", async ({ sql, kind }) => {
    if (!sql.includes("$__conditionalAll")) return;
    const answer = await ask(sql, some);
    requirements[kind](answer);
    expect(answer.data).not.toEqual((await ask(sql, all)).data);
  });

  test.each(variables)("variable $name has values", async ({ sql }) => {
    const { meta, data } = await ask(sql, all);
    expect(meta).toHaveLength(1);
    expect(data.length).toBeGreaterThan(1);
  });
});

describe("hourly rollups", () => {
  const panels = { ...truthSql, ...healthSql };
  const fromHours = [
    "totals",
    "opensOverTime",
    "clicksOverTime",
    "classShares",
    "countsPerCampaign",
    "classesByDomain",
    "classesByFilter",
    "exposures",
    "neverAcceptedClicks",
    "doubtfulShare",
    "outcomes",
  ] as const;

  test.each(fromHours)("%s reads the projection per_hour", async (name) => {
    for (const chosen of [all, some])
      expect(await plan(panels[name], chosen)).toContain("ReadFromMergeTree (per_hour)");
  });

  test("what no hour holds reads the rows", async () => {
    expect(await plan(panels.deltaHistogram, all)).not.toContain("(per_hour)");
  });

  test("log positions read the projection log_positions", async () => {
    expect(await plan(panels.logPositions, all)).toContain("ReadFromMergeTree (log_positions)");
  });

  test("hours and rows count the same", async () => {
    const query = (from: string) =>
      `SELECT kind, class, sum(n) FROM (${from}) GROUP BY kind, class ORDER BY kind, class`;
    const hours = "SELECT kind, class, toStartOfHour(occurred_at), count() AS n FROM engagements GROUP BY ALL";
    const rows = "SELECT kind, class, 1 AS n FROM engagements";
    expect((await ask(query(hours), all)).data).toEqual((await ask(query(rows), all)).data);
  });
});

async function plan(sql: string, chosen: Chosen): Promise<string> {
  const result = await client.query({ query: `EXPLAIN ${expand(sql, chosen)}`, format: "TabSeparatedRaw" });
  return await result.text();
}
