import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";

/** The data source that `provisioning/datasources/clickhouse.yaml` makes. */
export const clickHouseSource: DataSourceRef = { type: "grafana-clickhouse-datasource", uid: "antedate-clickhouse" };

/** The version that compose.yaml installs; without it the plugin takes a query for one of its version 3 and migrates it. */
export const pluginVersion = "4.22.1";

/** The plugin's own numbers for how a result is handed to the panel. */
const formats = { timeseries: 0, table: 1 } as const;

export type QueryType = keyof typeof formats;

interface ClickHouseQuery extends cog.Dataquery {
  refId: string;
  datasource: DataSourceRef;
  pluginVersion: string;
  editorType: "sql";
  queryType: QueryType;
  format: number;
  rawSql: string;
}

/** One query of the ClickHouse plugin; the SDK has no type for it. */
export class ClickHouseQueryBuilder implements cog.Builder<ClickHouseQuery> {
  private readonly sql: string;
  private readonly type: QueryType;

  constructor(sql: string, type: QueryType) {
    this.sql = sql;
    this.type = type;
  }

  build(): ClickHouseQuery {
    return {
      refId: "A",
      datasource: clickHouseSource,
      pluginVersion,
      editorType: "sql",
      queryType: this.type,
      format: formats[this.type],
      rawSql: this.sql,
      _implementsDataqueryVariant: () => {},
    };
  }
}
