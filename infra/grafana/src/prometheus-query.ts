import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, QueryEditorMode } from "@grafana/grafana-foundation-sdk/prometheus";
import type { PromqlSeries } from "./panel-plan.ts";

/** The data source that `provisioning/datasources/prometheus.yaml` makes. */
export const prometheusSource: DataSourceRef = { type: "prometheus", uid: "antedate-prometheus" };

/** One query of a panel for each series, A, B, … */
export function prometheusQueries(series: readonly PromqlSeries[]): cog.Builder<cog.Dataquery>[] {
  return series.map(({ expr, legend }, index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode("A".charCodeAt(0) + index))
      .datasource(prometheusSource)
      .editorMode(QueryEditorMode.Code)
      .expr(expr)
      .legendFormat(legend)
      .range(),
  );
}
