import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { buildPanel } from "./build-panel.ts";
import { clickHouseSource } from "./clickhouse-query.ts";
import type { DashboardPlan, VariablePlan } from "./panel-plan.ts";

/** The text of the provisioned file of a dashboard. The same plan gives the same text. */
export function buildDashboard(plan: DashboardPlan): string {
  const builder = new dashboard.DashboardBuilder(plan.title)
    .uid(plan.uid)
    .description(plan.description)
    .tags(["antedate"])
    .editable()
    .timezone("utc")
    .time({ from: plan.from, to: "now" })
    .refresh(plan.refresh)
    .tooltip(dashboard.DashboardCursorSync.Crosshair);
  for (const variable of plan.variables) builder.withVariable(buildVariable(variable));
  for (const row of plan.rows) {
    builder.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(buildPanel(panel));
  }
  const built = builder.build();
  // Grafana numbers panels itself when it loads the file; numbers given here keep links to a panel alive.
  built.panels?.forEach((panel, index) => (panel.id = index + 1));
  return `${withShortArrays(JSON.stringify(built, null, 2))}\n`;
}

/** Arrays of plain values go on one line, as the formatter of this repository has them. */
function withShortArrays(json: string): string {
  return json.replaceAll(/\[\n\s+([^[\]{}]*?)\n\s*\]/g, (_, values: string) => `[${values.replaceAll(/\n\s+/g, " ")}]`);
}

function buildVariable({ name, label, sql }: VariablePlan): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(clickHouseSource)
    .query(sql)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ["All"], value: ["$__all"] })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged);
}
