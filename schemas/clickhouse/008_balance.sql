-- What the newest COMMIT that the sink has stored says of everything before it, one row for each partition of each join
-- log. At least once, at each cut, after the cut's facts; the newest wins.
CREATE TABLE IF NOT EXISTS books
(
    log_id LowCardinality(String),
    log_partition UInt32,
    log_offset UInt64 COMMENT 'of the COMMIT; the facts up to it are stored',
    booked_at DateTime64(3, 'UTC') COMMENT 'append time of the COMMIT',
    task_time DateTime64(3, 'UTC'),
    next_sends UInt64 COMMENT 'next offset of the input',
    next_deliveries UInt64,
    next_engagements UInt64,
    sends_read UInt64,
    deliveries_read UInt64,
    engagements_read UInt64,
    sends_rejected UInt64,
    deliveries_rejected UInt64,
    engagements_rejected UInt64,
    sends_duplicate UInt64,
    deliveries_duplicate UInt64,
    engagements_duplicate UInt64,
    sends_late UInt64,
    deliveries_late UInt64,
    contradicted UInt64,
    engagements_decided UInt64,
    messages_decided UInt64,
    parked UInt64,
    engagement_rows UInt64 COMMENT 'rows in the log up to here, as the sink read them',
    message_rows UInt64
)
ENGINE = ReplacingMergeTree(log_offset)
ORDER BY (log_id, log_partition);

-- Whether anything is lost or doubled, for each partition, at any time. All of these must be 0:
--   imbalance              engagement read = decided + duplicate + rejected + parked, by the counters in the COMMIT
--   missing_engagements    rows that the log has and the table has not; negative where the table has more. Null while a cut
--   missing_messages       is being stored (is_settled is 0 then), which is milliseconds in a second: ask again
-- and undelivered_engagements, undelivered_messages too, but within a step of the join that is too big for one COMMIT, of
-- which rows come before their count: rows in the log that its counters do not have yet.
-- Rows that ClickHouse refused stand in rejects and count as stored, once; what was put back by hand counts as stored.
--
-- Cheap: rows are counted by the projection log_positions, none is read but those of COMMITs with refused rows.
-- The books are read before the facts, and written after them: what they say is stored cannot be missed.
CREATE OR REPLACE VIEW balance AS
SELECT
    log_id,
    log_partition,
    b.log_offset AS booked_offset,
    b.booked_at AS booked_at,
    b.task_time AS task_time,
    b.engagements_read AS engagements_read,
    b.engagements_decided AS engagements_decided,
    b.engagements_duplicate AS engagements_duplicate,
    b.engagements_rejected AS engagements_rejected,
    b.parked AS parked,
    b.messages_decided AS messages_decided,
    toInt64(b.engagements_read) - b.engagements_decided - b.engagements_duplicate - b.engagements_rejected - b.parked AS imbalance,
    toInt64(b.engagement_rows) - b.engagements_decided AS undelivered_engagements,
    toInt64(b.message_rows) - b.messages_decided AS undelivered_messages,
    arrayCount(o -> o <= b.log_offset, f.refused_engagements) AS refused_engagements,
    arrayCount(o -> o <= b.log_offset, f.refused_messages) AS refused_messages,
    f.newest_offset <= b.log_offset AS is_settled,
    if(is_settled, toInt64(b.engagement_rows) - refused_engagements - f.stored_engagements, NULL) AS missing_engagements,
    if(is_settled, toInt64(b.message_rows) - refused_messages - f.stored_messages, NULL) AS missing_messages
FROM
(
    SELECT * FROM books FINAL
) AS b
LEFT JOIN
(
    SELECT
        log_id,
        log_partition,
        max(newest) AS newest_offset,
        sum(engagement_count) AS stored_engagements,
        sum(message_count) AS stored_messages,
        groupArrayArray(engagement_offsets) AS refused_engagements,
        groupArrayArray(message_offsets) AS refused_messages
    FROM
    (
        SELECT
            log_id,
            log_partition,
            max(log_offset) AS newest,
            count() AS engagement_count,
            0 AS message_count,
            emptyArrayUInt64() AS engagement_offsets,
            emptyArrayUInt64() AS message_offsets
        FROM engagements
        GROUP BY log_id, log_partition
        UNION ALL
        SELECT log_id, log_partition, max(log_offset), 0, count(), emptyArrayUInt64(), emptyArrayUInt64()
        FROM messages
        GROUP BY log_id, log_partition
        UNION ALL
        SELECT substring(topic, 19) AS id, partition, 0, 0, 0, groupArray(offset), emptyArrayUInt64()
        FROM rejects FINAL
        WHERE reason = 'refused_by_table' AND startsWith(topic, 'table:engagements/')
            AND (id, partition, offset, row) NOT IN
            (
                SELECT log_id, log_partition, log_offset, log_row
                FROM engagements
                WHERE log_offset IN (SELECT offset FROM rejects WHERE startsWith(topic, 'table:engagements/'))
            )
        GROUP BY id, partition
        UNION ALL
        SELECT substring(topic, 16) AS id, partition, 0, 0, 0, emptyArrayUInt64(), groupArray(offset)
        FROM rejects FINAL
        WHERE reason = 'refused_by_table' AND startsWith(topic, 'table:messages/')
            AND (id, partition, offset, row) NOT IN
            (
                SELECT log_id, log_partition, log_offset, log_row
                FROM messages
                WHERE log_offset IN (SELECT offset FROM rejects WHERE startsWith(topic, 'table:messages/'))
            )
        GROUP BY id, partition
    )
    GROUP BY log_id, log_partition
) AS f USING (log_id, log_partition);

-- As before, and beside it what `balance` says: together they prove that what the log has is stored, all of it and once.
-- Of the two this is the one that counts row by row.
CREATE OR REPLACE VIEW audit AS
SELECT
    log_id,
    log_partition,
    a.engagements AS engagements,
    a.engagement_offsets AS engagement_offsets,
    a.doubled_engagements AS doubled_engagements,
    a.messages AS messages,
    a.doubled_messages AS doubled_messages,
    a.ever_parked AS ever_parked,
    a.pending AS pending,
    a.oldest_pending_at AS oldest_pending_at,
    a.newest_log_offset AS newest_log_offset,
    b.booked_offset AS booked_offset,
    b.engagements_decided AS engagements_decided,
    b.messages_decided AS messages_decided,
    b.parked AS parked,
    b.imbalance AS imbalance,
    b.is_settled AS is_settled,
    b.missing_engagements AS missing_engagements,
    b.missing_messages AS missing_messages
FROM
(
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
    GROUP BY log_id, log_partition
) AS a
FULL JOIN balance AS b USING (log_id, log_partition);
