import type { DashboardPlan, RowPlan } from "./panel-plan.ts";
import { services } from "./pipeline-health-services.ts";
import * as sql from "./pipeline-health-sql.ts";

const flow: RowPlan = {
  title: "Flow",
  panels: [
    {
      title: "Rows decided per minute",
      description: "Engagement and message rows by the append time of their commit, per partition of the join log.",
      kind: "time-series",
      width: 12,
      sql: sql.rowsDecided,
    },
    {
      title: "From event to decision",
      description: "Delay of engagement rows. A deferred message makes its early clicks wait for the acceptance.",
      kind: "time-series",
      unit: "s",
      width: 12,
      sql: sql.decisionDelay,
    },
    {
      title: "Pending engagement by age",
      description: "Read and not decided yet, by the time since it was first parked. Now, whatever the time range is.",
      kind: "bars",
      width: 12,
      sql: sql.pendingByAge,
    },
    {
      title: "Rejects",
      description: "Records that could not be decoded or are invalid, by topic and reason.",
      kind: "time-series",
      drawnAs: "bars",
      stacking: "normal",
      width: 12,
      sql: sql.rejectsOverTime,
    },
  ],
};

const trust: RowPlan = {
  title: "Trust",
  panels: [
    {
      title: "Doubtful engagement",
      description:
        "No outcome seen: the window closed first. Contradicts the attempts: no attempt had sent the content yet, so suspect a clock.",
      kind: "time-series",
      unit: "percentunit",
      width: 12,
      sql: sql.doubtfulShare,
    },
    {
      title: "Outcomes of messages",
      description: "By the hour in which they were decided. Unknown: delivery events are missing.",
      kind: "time-series",
      drawnAs: "bars",
      stacking: "normal",
      width: 12,
      sql: sql.outcomes,
    },
    {
      title: "Sources",
      description:
        "Uncertain: clocks could put it into the neighbouring class. A low first percentile of delta hints at a clock.",
      kind: "table",
      width: 24,
      unit: "percentunit",
      columnUnits: { engagement_rows: "short", delta_p1: "s" },
      sql: sql.sources,
    },
  ],
};

const storage: RowPlan = {
  title: "Storage",
  panels: [
    {
      title: "Newest log offset per partition",
      description: "How far each table has the join log. More than one log ID: the topic was made anew at some time.",
      kind: "table",
      width: 12,
      unit: "none",
      sql: sql.logPositions,
    },
    {
      title: "Parts and rows per table",
      description: "A number of parts that grows without end means that merges do not keep up.",
      kind: "table",
      width: 12,
      columnUnits: { bytes: "bytes" },
      sql: sql.partsPerTable,
    },
    {
      title: "Balance",
      description:
        "Imbalance and missing must be 0 (missing: negative where there are too many, empty while a cut is being stored).",
      kind: "table",
      width: 24,
      unit: "none",
      sql: sql.balance,
    },
    {
      title: "Audit",
      description: "Doubled must be 0, and nothing be pending for longer than the window.",
      kind: "table",
      width: 24,
      unit: "none",
      sql: sql.audit,
    },
  ],
};

/** Whether rows come, how late, and how far they can be trusted; but for the services' own metrics from ClickHouse. */
export const pipelineHealth: DashboardPlan = {
  uid: "pipeline-health",
  title: "Pipeline health",
  description: "Whether rows come, how late, and how far they can be trusted.",
  from: "now-6h",
  refresh: "30s",
  variables: [],
  rows: [flow, services, trust, storage],
};
