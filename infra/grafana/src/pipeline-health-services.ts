import type { RowPlan } from "./panel-plan.ts";

/** What join and sink say of themselves, from Prometheus: how far behind, how fast, what they wait for. */
export const services: RowPlan = {
  title: "Services",
  panels: [
    {
      title: "Lag in records",
      description: "Known to exist and not taken, by offsets: of the join per input, of the sink per topic.",
      kind: "time-series",
      width: 12,
      promql: [
        { expr: "sum by (input) (antedate_join_input_lag_records)", legend: "join {{input}}" },
        { expr: "sum by (topic) (antedate_sink_lag_records)", legend: "sink {{topic}}" },
      ],
    },
    {
      title: "Lag of task time",
      description: "How far the slowest partition's time is behind the clock: what waits, waits this much longer.",
      kind: "time-series",
      unit: "s",
      width: 12,
      promql: [{ expr: "max(antedate_join_time_lag_seconds)", legend: "slowest partition" }],
    },
    {
      title: "Records read per second",
      description: "By the join, per input, as its COMMITs count them.",
      kind: "time-series",
      unit: "cps",
      width: 12,
      promql: [
        { expr: "sum by (input) (rate(antedate_join_records_read_total[$__rate_interval]))", legend: "{{input}}" },
      ],
    },
    {
      title: "Duration of commits",
      description: "From the decision to commit to the broker's acknowledgement.",
      kind: "time-series",
      unit: "s",
      width: 12,
      promql: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(antedate_join_commit_duration_seconds_bucket[$__rate_interval])))`,
        legend: `p${quantile * 100}`,
      })),
    },
    {
      title: "Imbalance",
      description:
        "Engagement read and neither decided, duplicate, rejected nor parked. Anything but 0 is a bug: keep the join log.",
      kind: "time-series",
      width: 6,
      promql: [{ expr: "sum(abs(antedate_join_imbalance))", legend: "unaccounted" }],
    },
    {
      title: "Inserts per second",
      description: "Blocks that went into ClickHouse, per table.",
      kind: "time-series",
      unit: "cps",
      width: 6,
      promql: [
        { expr: "sum by (table) (rate(antedate_sink_blocks_inserted_total[$__rate_interval]))", legend: "{{table}}" },
      ],
    },
    {
      title: "Waiting for ClickHouse",
      description: "Partitions whose last try failed and that wait to try again, per table.",
      kind: "time-series",
      width: 6,
      promql: [{ expr: "sum by (table) (antedate_sink_partitions_waiting)", legend: "{{table}}" }],
    },
    {
      title: "Inserts sent again, rows refused",
      description:
        "Unanswered: in doubt, so it is counted afterwards. Absent: answered, and not there when counted. Refused rows are in rejects.",
      kind: "time-series",
      width: 6,
      promql: [
        {
          expr: "sum by (table, reason) (increase(antedate_sink_inserts_resent_total[$__rate_interval]))",
          legend: "{{table}} {{reason}}",
        },
        {
          expr: "sum by (table) (increase(antedate_sink_rows_refused_total[$__rate_interval]))",
          legend: "{{table}} refused rows",
        },
      ],
    },
  ],
};
