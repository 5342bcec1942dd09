import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import {
  classes,
  kinds,
  type EngagementClass,
  type EngagementKind,
  type Exposure,
  type MessageOutcome,
} from "@antedate/schemas";
import { addCampaign, compareCampaigns, noCampaign } from "./report/campaign-tally.ts";
import { createCappedGroups } from "./report/capped-groups.ts";
import { addCounts, noCounts } from "./report/class-counts.ts";
import { deltaEdgesMs } from "./report/delta-bins.ts";
import { groupsBy, noFilter, noGroup } from "./report/group-tally.ts";
import { createReportTally } from "./report/report-tally.ts";
import { createScannerTally } from "./report/scanner-tally.ts";
import { readChains } from "./stored-chains.ts";
import { storedRows, type StoredRows } from "./stored-query.ts";
import type {
  CampaignFigures,
  ClassCounts,
  DeltaBin,
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
  const rows = storedRows(client, since);
  const figures = createReportTally().figures();
  await addMessages(figures, rows);
  await addEngagements(figures, rows);
  figures.deltas = await readDeltas(rows);
  figures.domains = ranked(await rows(groupQuery("recipient_domain")), noGroup);
  figures.filters = ranked(await rows(groupQuery(filterName)), noFilter);
  figures.campaigns = rankedCampaigns(await rows(campaignQuery));
  figures.scanners = rankedScanners(await rows(scannerQuery));
  figures.chains = await readChains(rows);
  return figures;
}

async function addMessages(figures: ReportFigures, rows: StoredRows): Promise<void> {
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

async function addEngagements(figures: ReportFigures, rows: StoredRows): Promise<void> {
  const query = `SELECT kind, class, exposure, count()::Float64 AS engagements, countIf(uncertain)::Float64 AS uncertain
    FROM engagements /*since*/ GROUP BY kind, class, exposure`;
  for (const row of await rows<EngagementCounts>(query)) {
    figures.engagements += row.engagements;
    figures.uncertain += row.uncertain;
    if (kinds.includes(row.kind)) figures.byKind[row.kind][row.class] += row.engagements;
    figures.byExposure[row.exposure][row.class] += row.engagements;
  }
}

async function readDeltas(rows: StoredRows): Promise<DeltaBin[]> {
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
    ) GROUP BY name ORDER BY ${classes.join(" + ")} DESC, messages DESC, name`;
}

type CampaignRow = ClassCounts & Omit<CampaignFigures, "name" | "counts"> & { name: string };

const campaignQuery = `SELECT name, sum(m)::Float64 AS messages, sum(a)::Float64 AS accepted, sum(ro)::Float64 AS rawOpened,
    sum(ao)::Float64 AS adjustedOpened, sum(rc)::Float64 AS rawClicked, sum(ac)::Float64 AS adjustedClicked, ${classSums}
  FROM (
    SELECT ifNull(campaign, '') AS name, count() AS m, countIf(outcome = 'accepted') AS a, 0 AS ro, 0 AS ao, 0 AS rc, 0 AS ac,
      ${noClassColumns} FROM messages /*since*/ GROUP BY name
    UNION ALL
    SELECT ifNull(campaign, '') AS name, 0 AS m, 0 AS a, uniqExactIf(message_id, kind = 'open') AS ro,
      uniqExactIf(message_id, kind = 'open' AND class = 'post_delivery') AS ao, uniqExactIf(message_id, kind = 'click') AS rc,
      uniqExactIf(message_id, kind = 'click' AND class = 'post_delivery') AS ac, ${classColumns}
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
  const scanners = createScannerTally(groupsMax);
  for (const { ip, fromMs, count } of rows) scanners.add(ip, fromMs, count);
  return scanners.ranking(listedMax);
}

function ranked<Group extends GroupFigures>(rows: GroupRow[], create: (key: string | null) => Group): Ranking<Group> {
  const groups = groupsBy(groupsMax, create);
  for (const row of rows) {
    const group = groups.of(row.name);
    group.messages += row.messages;
    group.accepted += row.accepted;
    group.contentDeferred += row.contentDeferred;
    addCounts(group.counts, numbers(row));
  }
  return groups.ranking(listedMax);
}

function rankedCampaigns(rows: CampaignRow[]): Ranking<CampaignFigures> {
  const groups = createCappedGroups<CampaignFigures>({
    groupsMax,
    create: noCampaign,
    merge: addCampaign,
    compare: compareCampaigns,
  });
  for (const row of rows) addCampaign(groups.of(row.name), { ...row, counts: numbers(row) });
  return groups.ranking(listedMax);
}

/** ClickHouse may quote 64-bit counts in JSON. */
function numbers(counts: ClassCounts): ClassCounts {
  return Object.fromEntries(classes.map((name) => [name, Number(counts[name])])) as ClassCounts;
}
