/** What a panel shows; the rest (grid, colours, legend) follows from its kind. */
export type PanelPlan = SqlPanelPlan | PromqlPanelPlan;

interface AnyPanelPlan {
  title: string;
  /** One or two sentences for the panel's info mark. */
  description: string;
  kind: PanelKind;
  /** Of the 24 columns of the grid. */
  width: number;
  /** Grafana's unit of all its numbers; `short` where left out. */
  unit?: string;
  stacking?: "none" | "normal" | "percent";
  /** How a time series is drawn: bars where an hour without rows is none, which a line would bridge. */
  drawnAs?: "line" | "bars";
}

/** A panel of rows in ClickHouse. */
export interface SqlPanelPlan extends AnyPanelPlan {
  sql: string;
  /** Units of single columns of a table, by column name. */
  columnUnits?: Readonly<Record<string, string>>;
}

/** A panel of the services' metrics. */
export interface PromqlPanelPlan extends AnyPanelPlan {
  kind: "time-series";
  promql: readonly PromqlSeries[];
}

export interface PromqlSeries {
  expr: string;
  /** Names the series; `{{label}}` is that label's value. */
  legend: string;
}

export type PanelKind = "time-series" | "bars" | "table" | "stat";

/** A heading and the panels under it. */
export interface RowPlan {
  title: string;
  panels: readonly PanelPlan[];
}

/** A variable of a dashboard: multi-value, with All, filled by a query. */
export interface VariablePlan {
  name: string;
  label: string;
  sql: string;
}

export interface DashboardPlan {
  /** Stands in the address of the dashboard and names its file. */
  uid: string;
  title: string;
  description: string;
  /** Where the time range begins when the dashboard is opened. */
  from: string;
  /** How often it asks again by itself. */
  refresh: string;
  variables: readonly VariablePlan[];
  rows: readonly RowPlan[];
}
