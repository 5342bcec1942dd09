import type { ClickHouseClient } from "@antedate/runtime/clickhouse";

/** The rows of a query with its parameters. */
export type StoredRows = <T>(query: string, parameters?: Record<string, unknown>) => Promise<T[]>;

/**
 * Queries on the fact tables, of what was decided since `since` (epoch ms; null for all): in a query a comment `since`
 * stands for that as a whole WHERE, and one `and since` as a further condition.
 */
export function storedRows(client: ClickHouseClient, since: number | null): StoredRows {
  const condition = "decided_at >= fromUnixTimestamp64Milli({since: Int64})";
  return async <T>(query: string, parameters: Record<string, unknown> = {}): Promise<T[]> => {
    const result = await client.query({
      query: query
        .replaceAll("/*since*/", since === null ? "" : `WHERE ${condition}`)
        .replaceAll("/*and since*/", since === null ? "" : `AND ${condition}`),
      query_params: since === null ? parameters : { ...parameters, since },
      format: "JSONEachRow",
    });
    return await result.json<T>();
  };
}
