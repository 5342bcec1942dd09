import * as barChart from "@grafana/grafana-foundation-sdk/barchart";
import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import type { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeSeries from "@grafana/grafana-foundation-sdk/timeseries";
import { ClickHouseQueryBuilder, clickHouseSource, type QueryType } from "./clickhouse-query.ts";
import type { PanelKind, PanelPlan } from "./panel-plan.ts";
import { prometheusQueries, prometheusSource } from "./prometheus-query.ts";
import { seriesColors } from "./series-colors.ts";

/** What all kinds of panels of the SDK can be told. */
interface AnyPanelBuilder extends cog.Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(source: common.DataSourceRef): this;
  withTarget(target: cog.Builder<cog.Dataquery>): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
}

const queryTypes: Readonly<Record<PanelKind, QueryType>> = {
  "time-series": "timeseries",
  bars: "table",
  table: "table",
  stat: "table",
};

const heights: Readonly<Record<PanelKind, number>> = { "time-series": 8, bars: 9, table: 9, stat: 4 };

/** The panel of the SDK for a plan. */
export function buildPanel(plan: PanelPlan): cog.Builder<Panel> {
  const panel = ofKind(plan).title(plan.title).description(plan.description);
  ask(panel, plan);
  panel
    .unit(plan.unit ?? "short")
    .span(plan.width)
    .height(heights[plan.kind]);
  if ("promql" in plan) return panel;
  if (plan.kind === "time-series" || plan.kind === "bars") paint(panel, plan.sql);
  for (const [column, unit] of Object.entries(plan.columnUnits ?? {})) {
    panel.overrideByName(column, [{ id: "unit", value: unit }]);
  }
  return panel;
}

function ask(panel: AnyPanelBuilder, plan: PanelPlan): void {
  if ("promql" in plan) {
    panel.datasource(prometheusSource);
    for (const query of prometheusQueries(plan.promql)) panel.withTarget(query);
  } else {
    panel.datasource(clickHouseSource).withTarget(new ClickHouseQueryBuilder(plan.sql, queryTypes[plan.kind]));
  }
}

function ofKind(plan: PanelPlan): AnyPanelBuilder {
  switch (plan.kind) {
    case "time-series":
      return overTime(plan);
    case "bars":
      return bars(plan);
    case "table":
      return new table.PanelBuilder().filterable(true);
    case "stat":
      return new stat.PanelBuilder()
        .colorMode(common.BigValueColorMode.None)
        .graphMode(common.BigValueGraphMode.None)
        .textMode(common.BigValueTextMode.ValueAndName);
  }
}

function overTime({ stacking = "none", drawnAs = "line" }: PanelPlan): AnyPanelBuilder {
  return new timeSeries.PanelBuilder()
    .interval("1m")
    .min(0)
    .drawStyle(drawnAs === "bars" ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(stacking === "none" && drawnAs === "line" ? 10 : 60)
    .showPoints(common.VisibilityMode.Auto)
    .stacking(new common.StackingConfigBuilder().mode(stackingModes[stacking]).group("A"))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .legend(legend());
}

function bars({ stacking = "none" }: PanelPlan): AnyPanelBuilder {
  return new barChart.PanelBuilder()
    .stacking(stackingModes[stacking])
    .fillOpacity(80)
    .xTickLabelRotation(-30)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .legend(legend());
}

const stackingModes = {
  none: common.StackingMode.None,
  normal: common.StackingMode.Normal,
  percent: common.StackingMode.Percent,
} as const;

function legend(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true);
}

/** Gives the columns that the SQL names their colours. */
function paint(panel: AnyPanelBuilder, sql: string): void {
  for (const [name, color] of Object.entries(seriesColors)) {
    if (!new RegExp(` AS ${name}\\b`).test(sql)) continue;
    panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor: color } }]);
  }
}
