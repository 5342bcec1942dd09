-- Engagement that was read before it could be decided; at least once, so replaced by place. Rows stay when the engagement
-- is decided: engagements_pending is what has no row in engagements yet.
CREATE TABLE IF NOT EXISTS parked
(
    tenant LowCardinality(String),
    message_id String CODEC(ZSTD),
    event_id String CODEC(ZSTD),
    kind LowCardinality(String),
    occurred_at DateTime64(3, 'UTC'),
    url Nullable(String) CODEC(ZSTD),
    link_id Nullable(String),
    ip Nullable(String),
    user_agent Nullable(String) CODEC(ZSTD),
    method LowCardinality(Nullable(String)),
    machine_hint LowCardinality(Nullable(String)),
    source LowCardinality(String),
    recipient_ambiguous Bool,
    parked_at DateTime64(3, 'UTC') COMMENT 'append time of the commit after which it was first parked',
    log_id LowCardinality(String),
    log_partition UInt32,
    log_offset UInt64,
    log_row UInt32,
    input_offset UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(parked_at)
ORDER BY (log_id, log_partition, input_offset);

CREATE VIEW IF NOT EXISTS engagements_pending AS
SELECT *
FROM parked FINAL
WHERE (log_id, log_partition, input_offset) NOT IN
(
    SELECT log_id, log_partition, input_offset
    FROM engagements
    WHERE decided_at >= (SELECT min(parked_at) FROM parked)
);
