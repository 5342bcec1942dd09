import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import type { EngagementClass, EngagementRow } from "@antedate/schemas";

/** The columns of `engagements` as the rows of the join log have them: times in epoch ms. */
const engagementColumns = `tenant, campaign, message_id, event_id, kind, class, exposure, exposed_attempt, uncertain,
  toInt64(toUnixTimestamp64Milli(occurred_at))::Float64 AS occurred_at, toUnixTimestamp64Milli(sent_at)::Nullable(Float64) AS sent_at,
  toUnixTimestamp64Milli(accepted_at)::Nullable(Float64) AS accepted_at, delta_ms::Nullable(Float64) AS delta_ms, attempts, deferrals,
  recipient_domain, mx_host, filter_vendor, ip, user_agent, method, url, link_id, machine_hint, source, recipient_ambiguous,
  input_offset::Float64 AS input_offset`;

/** All rows of `engagements`, without recipient hashes. For amounts that fit in memory. */
export async function readEngagements(client: ClickHouseClient): Promise<EngagementRow[]> {
  const rows = await read<EngagementRow>(client, `SELECT ${engagementColumns} FROM engagements`);
  return rows.map((row) => ({ ...row, recipient_hash: null }));
}

/** What the tables hold so far. */
export async function readCounts(
  client: ClickHouseClient,
): Promise<{ engagements: number; messages: number; pending: number }> {
  const query = `SELECT (SELECT count() FROM engagements)::UInt32 AS engagements, (SELECT count() FROM messages)::UInt32 AS messages,
    (SELECT count() FROM engagements_pending)::UInt32 AS pending`;
  const [counts] = await read<{ engagements: number; messages: number; pending: number }>(client, query);
  return counts as { engagements: number; messages: number; pending: number };
}

export type ClassTotals = Record<EngagementClass, number>;

/** How many opens and clicks of each class are stored. */
export async function readClassCounts(client: ClickHouseClient): Promise<ClassTotals> {
  const rows = await read<{ class: EngagementClass; n: number }>(
    client,
    "SELECT class, count()::Float64 AS n FROM engagements GROUP BY class",
  );
  const totals = { pre_acceptance: 0, near_acceptance: 0, post_delivery: 0, never_accepted: 0, unknown: 0 };
  for (const { class: own, n } of rows) totals[own] = n;
  return totals;
}

/** Messages opened or clicked at least once, by what is counted. */
export interface UniqueMessages {
  messages: number;
  raw: number;
  /** Without what came before the acceptance or on mail that was never accepted. */
  unproven: number;
  /** After the acceptance and out of its near band. */
  adjusted: number;
}

/** Of all tenants but one. */
export async function readUniques(
  client: ClickHouseClient,
  kind: "open" | "click",
  exceptTenant: string,
): Promise<UniqueMessages> {
  const where = `kind = '${kind}'`;
  const query = `SELECT (SELECT count() FROM messages WHERE tenant != {tenant: String})::Float64 AS messages,
    uniqExactIf(message_id, ${where})::Float64 AS raw,
    uniqExactIf(message_id, ${where} AND class NOT IN ('pre_acceptance', 'never_accepted'))::Float64 AS unproven,
    uniqExactIf(message_id, ${where} AND class = 'post_delivery')::Float64 AS adjusted
    FROM engagements WHERE tenant != {tenant: String}`;
  const result = await client.query({ query, query_params: { tenant: exceptTenant }, format: "JSONEachRow" });
  return (await result.json<UniqueMessages>())[0] ?? { messages: 0, raw: 0, unproven: 0, adjusted: 0 };
}

async function read<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: "JSONEachRow" });
  return await result.json<T>();
}
