-- Rows that ClickHouse itself refused stand in rejects too, each at its place: topic is then table:NAME, or
-- table:NAME/LOG_ID for rows of the join log, where several rows have one offset.
ALTER TABLE rejects
    ADD COLUMN IF NOT EXISTS row UInt32 COMMENT 'log_row of a row of the join log, else 0' AFTER offset,
    MODIFY ORDER BY (topic, partition, offset, row);
