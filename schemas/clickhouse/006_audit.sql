-- The audit of what is stored, one row for each partition of each join log. doubled_engagements and doubled_messages must
-- be 0, whatever was killed whenever, and oldest_pending_at must not be older than the window while the join runs.
--
-- What it proves: no engagement is stored twice, for it is told by its place in the input; no message row of the log was
-- inserted twice, for it is told by its place in the log. `pending` are the parked rows without a fact.
-- What it does not prove: that nothing is missing. Duplicate and rejected engagement has no row in these tables, nor have
-- the markers of producers' transactions, so a gap in the offsets is no loss. That all is there is told by the counters
-- in the log's COMMITs: 008_balance.sql puts them beside it.
--
-- Counts exactly, so it holds the offsets of the partition that it counts: where there are many rows, ask for one
-- partition at a time.
CREATE VIEW IF NOT EXISTS audit AS
SELECT
    log_id,
    log_partition,
    sum(engagement_rows) AS engagements,
    sum(distinct_offsets) AS engagement_offsets,
    engagements - engagement_offsets AS doubled_engagements,
    sum(message_rows) AS messages,
    messages - sum(distinct_places) AS doubled_messages,
    sum(parked_rows) AS ever_parked,
    sum(pending_rows) AS pending,
    min(oldest) AS oldest_pending_at,
    max(newest) AS newest_log_offset
FROM
(
    SELECT
        log_id,
        log_partition,
        count() AS engagement_rows,
        uniqExact(input_offset) AS distinct_offsets,
        0 AS message_rows,
        0 AS distinct_places,
        0 AS parked_rows,
        0 AS pending_rows,
        NULL AS oldest,
        max(log_offset) AS newest
    FROM engagements
    GROUP BY log_id, log_partition
    UNION ALL
    SELECT log_id, log_partition, 0, 0, count(), uniqExact(log_offset, log_row), 0, 0, NULL, max(log_offset)
    FROM messages
    GROUP BY log_id, log_partition
    UNION ALL
    SELECT log_id, log_partition, 0, 0, 0, 0, count(), 0, NULL, max(log_offset)
    FROM parked FINAL
    GROUP BY log_id, log_partition
    UNION ALL
    SELECT log_id, log_partition, 0, 0, 0, 0, 0, count(), min(parked_at), max(log_offset)
    FROM engagements_pending
    GROUP BY log_id, log_partition
)
GROUP BY log_id, log_partition;
