import type { ClickHouseClient } from "@antedate/runtime";
import type { EngagementRow } from "@antedate/schemas";

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

async function read<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: "JSONEachRow" });
  return await result.json<T>();
}
