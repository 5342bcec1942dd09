import type { ClickHouseClient } from "@antedate/runtime";
import {
  classes,
  kinds,
  type EngagementClass,
  type EngagementKind,
  type Exposure,
  type MessageOutcome,
} from "@antedate/schemas";
import { createCappedGroups } from "./report/capped-groups.ts";
import { addCounts, noCounts, sumOfCounts } from "./report/class-counts.ts";
import { deltaEdgesMs } from "./report/delta-bins.ts";
import { mergeScanners } from "./report/scanner-tally.ts";
import { createReportTally } from "./report/report-tally.ts";
import type {
  CampaignFigures,
  ClassCounts,
  DeltaBin,
  FilterFigures,
  GroupFigures,
  Ranking,
  ReportFigures,
  ScannerFigures,
} from "./report/report-figures.ts";

const groupsMax = 50_000;
const listedMax = 100;
const classColumns = classes.map((name) => `countIf(class = '${name}') AS ${name}`).join(", ");
const noClassColumns = classes.map((name) => `0 AS ${name}`).join(", ");
const classSums = classes.map((name) => `sum(${name})::Float64 AS ${name}`).join(", ");
const filterName =
  "multiIf(filter_vendor != '', concat('vendor ', filter_vendor), mx_host != '', concat('mx ', mx_host), '')";

/** A report's figures by queries on the fact tables, of what was decided since `since` (epoch ms; null for all). */
export async function readFigures(client: ClickHouseClient, since: number | null): Promise<ReportFigures> {
  const rows = async <T>(query: string): Promise<T[]> => {
    const where = since === null ? "" : "WHERE decided_at >= fromUnixTimestamp64Milli({since: Int64})";
    const result = await client.query({
      query: query.replaceAll("/*since*/", where),
      query_params: since === null ? {} : { since },
      format: "JSONEachRow",
    });
    return await result.json<T>();
  };
  const figures = createReportTally().figures();
  await addMessages(figures, rows);
  await addEngagements(figures, rows);
  figures.deltas = await readDeltas(rows);
  figures.domains = ranked(await rows<GroupRow>(groupQuery("recipient_domain")), (row) => groupOf(row, row.name));
  figures.filters = ranked(await rows<GroupRow>(groupQuery(filterName)), filterOf);
  figures.campaigns = rankedCampaigns(await rows<CampaignFigures>(campaignQuery));
  figures.scanners = rankedScanners(await rows<ScannerRow>(scannerQuery));
  return figures;
}

type Rows = <T>(query: string) => Promise<T[]>;

async function addMessages(figures: ReportFigures, rows: Rows): Promise<void> {
  const query = `SELECT outcome, count()::Float64 AS messages, countIf(content_deferrals > 0)::Float64 AS deferred
    FROM messages /*since*/ GROUP BY outcome`;
  for (const row of await rows<{ outcome: MessageOutcome; messages: number; deferred: number }>(query)) {
    figures.messages += row.messages;
    figures.messagesByOutcome[row.outcome] += row.messages;
    figures.messagesContentDeferred += row.deferred;
  }
}

interface EngagementCounts {
  kind: EngagementKind;
  class: EngagementClass;
  exposure: Exposure;
  engagements: number;
  uncertain: number;
}

async function addEngagements(figures: ReportFigures, rows: Rows): Promise<void> {
  const query = `SELECT kind, class, exposure, count()::Float64 AS engagements, countIf(uncertain)::Float64 AS uncertain
    FROM engagements /*since*/ GROUP BY kind, class, exposure`;
  for (const row of await rows<EngagementCounts>(query)) {
    figures.engagements += row.engagements;
    figures.uncertain += row.uncertain;
    if (kinds.includes(row.kind)) figures.byKind[row.kind][row.class] += row.engagements;
    figures.byExposure[row.exposure][row.class] += row.engagements;
  }
}

async function readDeltas(rows: Rows): Promise<DeltaBin[]> {
  const query = `SELECT roundDown(assumeNotNull(delta_ms), [${deltaEdgesMs.join(", ")}])::Float64 AS fromMs, ${classColumns}
    FROM (SELECT delta_ms, class FROM engagements /*since*/) WHERE delta_ms IS NOT NULL GROUP BY fromMs ORDER BY fromMs`;
  const bins = await rows<ClassCounts & { fromMs: number }>(query);
  return bins.map(({ fromMs, ...counts }) => ({ fromMs, counts: addCounts(noCounts(), numbers(counts)) }));
}

type GroupRow = ClassCounts & { name: string; messages: number; accepted: number; contentDeferred: number };

/** Messages and engagements of each group, whichever of the two has it. */
function groupQuery(name: string): string {
  return `SELECT name, sum(m)::Float64 AS messages, sum(a)::Float64 AS accepted, sum(c)::Float64 AS contentDeferred, ${classSums}
    FROM (
      SELECT ifNull(${name}, '') AS name, count() AS m, countIf(outcome = 'accepted') AS a, countIf(content_deferrals > 0) AS c,
        ${noClassColumns} FROM messages /*since*/ GROUP BY name
      UNION ALL
      SELECT ifNull(${name}, '') AS name, 0 AS m, 0 AS a, 0 AS c, ${classColumns} FROM engagements /*since*/ GROUP BY name
    ) GROUP BY name`;
}

const campaignQuery = `SELECT nullIf(name, '') AS name, sum(m)::Float64 AS messages, sum(a)::Float64 AS accepted,
    sum(ro)::Float64 AS rawOpened, sum(ao)::Float64 AS adjustedOpened, sum(rc)::Float64 AS rawClicked, sum(ac)::Float64 AS adjustedClicked
  FROM (
    SELECT ifNull(campaign, '') AS name, count() AS m, countIf(outcome = 'accepted') AS a, 0 AS ro, 0 AS ao, 0 AS rc, 0 AS ac
    FROM messages /*since*/ GROUP BY name
    UNION ALL
    SELECT ifNull(campaign, '') AS name, 0 AS m, 0 AS a, uniqExactIf(message_id, kind = 'open') AS ro,
      uniqExactIf(message_id, kind = 'open' AND class = 'post_delivery') AS ao, uniqExactIf(message_id, kind = 'click') AS rc,
      uniqExactIf(message_id, kind = 'click' AND class = 'post_delivery') AS ac
    FROM engagements /*since*/ GROUP BY name
  ) GROUP BY name ORDER BY messages DESC, name`;

type ScannerRow = { ip: string; fromMs: number; count: number };

/** Only addresses that a ranking can list, and as many more as are still worth one line together. */
const scannerQuery = `SELECT assumeNotNull(ip) AS ip, roundDown(assumeNotNull(delta_ms), [${deltaEdgesMs.join(", ")}])::Float64 AS fromMs,
    count()::Float64 AS count
  FROM (SELECT ip, delta_ms, class FROM engagements /*since*/)
  WHERE class = 'pre_acceptance' AND ip IS NOT NULL AND delta_ms IS NOT NULL
  GROUP BY ip, fromMs ORDER BY sum(count()) OVER (PARTITION BY ip) DESC, ip LIMIT 1000000`;

function rankedScanners(rows: ScannerRow[]): Ranking<ScannerFigures> {
  const groups = createCappedGroups<ScannerFigures>({
    groupsMax,
    create: (ip) => ({ ip, before: 0, leads: [] }),
    merge: mergeScanners,
    compare: (left, right) => right.before - left.before,
  });
  for (const { ip, fromMs, count } of rows)
    mergeScanners(groups.of(ip), { ip, before: count, leads: [{ fromMs, count }] });
  return groups.ranking(listedMax);
}

function groupOf(row: GroupRow, name: string): GroupFigures {
  const { messages, accepted, contentDeferred } = row;
  return { name: name || null, messages, accepted, contentDeferred, counts: addCounts(noCounts(), numbers(row)) };
}

function filterOf(row: GroupRow): FilterFigures {
  const [namedBy, ...name] = row.name.split(" ");
  return { ...groupOf(row, name.join(" ")), namedBy: row.name === "" ? null : (namedBy as "vendor" | "mx") };
}

function ranked<Group extends GroupFigures>(rows: GroupRow[], toGroup: (row: GroupRow) => Group): Ranking<Group> {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const nothing: GroupRow = { name: "", messages: 0, accepted: 0, contentDeferred: 0, ...noCounts() };
  const groups = createCappedGroups<Group>({
    groupsMax,
    create: (key) => toGroup((key === null ? null : byName.get(key)) ?? nothing),
    merge: (sum, more) => {
      sum.messages += more.messages;
      sum.accepted += more.accepted;
      sum.contentDeferred += more.contentDeferred;
      addCounts(sum.counts, more.counts);
    },
    compare: (left, right) => sumOfCounts(right.counts) - sumOfCounts(left.counts) || right.messages - left.messages,
  });
  for (const row of rows) groups.of(row.name);
  return groups.ranking(listedMax);
}

function rankedCampaigns(rows: CampaignFigures[]): Ranking<CampaignFigures> {
  const listed = rows.slice(0, listedMax);
  const rest = rows.slice(listedMax);
  if (rest.length === 0) return { listed, others: null, othersCount: 0 };
  const others = rest.reduce((sum, more) => ({
    name: null,
    messages: sum.messages + more.messages,
    accepted: sum.accepted + more.accepted,
    rawOpened: sum.rawOpened + more.rawOpened,
    adjustedOpened: sum.adjustedOpened + more.adjustedOpened,
    rawClicked: sum.rawClicked + more.rawClicked,
    adjustedClicked: sum.adjustedClicked + more.adjustedClicked,
  }));
  return { listed, others: { ...others, name: null }, othersCount: rest.length };
}

/** ClickHouse may quote 64-bit counts in JSON. */
function numbers(counts: ClassCounts): ClassCounts {
  return Object.fromEntries(classes.map((name) => [name, Number(counts[name])])) as ClassCounts;
}
