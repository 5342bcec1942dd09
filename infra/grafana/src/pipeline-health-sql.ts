// The SQL of the dashboard "Pipeline health", from ClickHouse alone: what the rows themselves say about the pipeline.

const decidedInRange = "decided_at BETWEEN $__fromTime AND $__toTime";

export const rowsDecided: string = `SELECT
  $__timeInterval(decided_at) AS time,
  concat('partition ', toString(log_partition)) AS task,
  count() * 60 / $__interval_s AS rows_per_minute
FROM
(
  SELECT decided_at, log_partition FROM engagements WHERE ${decidedInRange}
  UNION ALL
  SELECT decided_at, log_partition FROM messages WHERE ${decidedInRange}
)
GROUP BY time, task
ORDER BY time, task`;

export const decisionDelay: string = `SELECT
  $__timeInterval(decided_at) AS time,
  quantile(0.5)(dateDiff('millisecond', occurred_at, decided_at)) / 1000 AS median,
  quantile(0.95)(dateDiff('millisecond', occurred_at, decided_at)) / 1000 AS p95,
  quantile(0.99)(dateDiff('millisecond', occurred_at, decided_at)) / 1000 AS p99
FROM engagements
WHERE ${decidedInRange}
GROUP BY time
ORDER BY time`;

export const pendingByAge: string = `WITH
  [0, 60, 600, 3600, 21600, 86400, 604800] AS edges,
  ['under 1 min', '1 min', '10 min', '1 h', '6 h', '1 d', '7 d'] AS names
SELECT
  names[indexOf(edges, edge)] AS parked_for,
  pending
FROM
(
  SELECT arrayJoin(arrayMap(x -> toInt64(x), edges)) AS edge
) AS bins
LEFT JOIN
(
  SELECT
    toInt64(roundDown(greatest(0, dateDiff('second', parked_at, now64(3))), edges)) AS edge,
    count() AS pending
  FROM engagements_pending
  GROUP BY edge
) AS found USING (edge)
ORDER BY edge`;

export const rejectsOverTime: string = `SELECT
  $__timeInterval(rejected_at) AS time,
  concat(topic, ' ', reason) AS reject,
  count() AS records
FROM rejects FINAL
WHERE rejected_at BETWEEN $__fromTime AND $__toTime
GROUP BY time, reject
ORDER BY time, reject`;

/** From the projection `log_positions`: no row is read. */
export const logPositions: string = `SELECT
  log_id,
  log_partition,
  maxIf(newest, source_table = 'engagements') AS newest_in_engagements,
  maxIf(newest, source_table = 'messages') AS newest_in_messages,
  sumIf(n, source_table = 'engagements') AS engagement_rows,
  sumIf(n, source_table = 'messages') AS message_rows
FROM
(
  SELECT 'engagements' AS source_table, log_id, log_partition, max(log_offset) AS newest, count() AS n
  FROM engagements GROUP BY log_id, log_partition
  UNION ALL
  SELECT 'messages' AS source_table, log_id, log_partition, max(log_offset) AS newest, count() AS n
  FROM messages GROUP BY log_id, log_partition
)
GROUP BY log_id, log_partition
ORDER BY log_id, log_partition`;

export const audit: string = `SELECT
  log_id,
  log_partition,
  engagements,
  doubled_engagements,
  messages,
  doubled_messages,
  ever_parked,
  pending,
  oldest_pending_at
FROM audit
ORDER BY log_id, log_partition`;

/** From projections: no row is read but those of COMMITs with refused rows. */
export const balance: string = `SELECT
  log_id,
  log_partition,
  engagements_read,
  engagements_decided,
  engagements_duplicate,
  engagements_rejected,
  parked,
  imbalance,
  missing_engagements,
  missing_messages,
  refused_engagements + refused_messages AS refused_rows,
  booked_at
FROM balance
ORDER BY log_id, log_partition`;

export const partsPerTable: string = `SELECT
  table,
  uniqExact(partition) AS months,
  count() AS parts,
  sum(rows) AS row_count,
  sum(bytes_on_disk) AS bytes,
  max(modification_time) AS newest_part
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY bytes DESC`;

/** From the projection `per_hour` of `engagements`. */
export const doubtfulShare: string = `SELECT
  time,
  sumIf(n, class = 'unknown') / sum(n) AS "no outcome seen",
  sumIf(n, class != 'never_accepted' AND exposure = 'not_exposed') / sum(n) AS "contradicts the attempts"
FROM
(
  SELECT toStartOfHour(occurred_at) AS time, class, exposure, count() AS n
  FROM engagements
  WHERE toStartOfHour(occurred_at) BETWEEN toStartOfHour($__fromTime) AND $__toTime
  GROUP BY toStartOfHour(occurred_at), class, exposure
)
GROUP BY time
ORDER BY time`;

/** From the projection `per_hour` of `messages`. */
export const outcomes: string = `SELECT
  time,
  sumIf(n, outcome = 'accepted') AS accepted,
  sumIf(n, outcome = 'bounced') AS bounced,
  sumIf(n, outcome = 'expired') AS expired,
  sumIf(n, outcome = 'unknown') AS unknown
FROM
(
  SELECT toStartOfHour(decided_at) AS time, outcome, count() AS n
  FROM messages
  WHERE toStartOfHour(decided_at) BETWEEN toStartOfHour($__fromTime) AND $__toTime
  GROUP BY toStartOfHour(decided_at), outcome
)
GROUP BY time
ORDER BY time`;

export const sources: string = `SELECT
  source,
  count() AS engagement_rows,
  countIf(uncertain) / count() AS share_uncertain,
  countIf(exposure = 'not_exposed') / count() AS share_not_exposed,
  quantile(0.01)(delta_ms) / 1000 AS delta_p1,
  countIf(campaign IS NULL) / count() AS share_without_campaign
FROM engagements
WHERE ${decidedInRange}
GROUP BY source
ORDER BY engagement_rows DESC`;
