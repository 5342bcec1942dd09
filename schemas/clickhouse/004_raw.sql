-- Raw sends and deliveries for drill-down: at least once, one row per event once merged. Read them with FINAL.
CREATE TABLE IF NOT EXISTS sends
(
    event_id String CODEC(ZSTD),
    message_id String CODEC(ZSTD),
    tenant LowCardinality(String),
    campaign LowCardinality(Nullable(String)),
    source LowCardinality(String),
    occurred_at DateTime64(3, 'UTC'),
    precision_ms Int32,
    recipient_domain LowCardinality(String),
    recipient_hash FixedString(16),
    link_count Nullable(Int32),
    appended_at DateTime64(3, 'UTC'),
    input_partition UInt32,
    input_offset UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (message_id, event_id);

CREATE TABLE IF NOT EXISTS deliveries
(
    event_id String CODEC(ZSTD),
    message_id String CODEC(ZSTD),
    tenant LowCardinality(String),
    source LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') COMMENT 'when the reply was read',
    precision_ms Int32,
    started_at Nullable(DateTime64(3, 'UTC')),
    outcome LowCardinality(String),
    stage LowCardinality(String),
    attempt Nullable(Int32),
    smtp_code Nullable(Int32),
    enhanced_code LowCardinality(Nullable(String)),
    diagnostic Nullable(String) CODEC(ZSTD),
    mx_host LowCardinality(Nullable(String)),
    mx_ip Nullable(String),
    recipient_domain LowCardinality(String),
    appended_at DateTime64(3, 'UTC'),
    input_partition UInt32,
    input_offset UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (message_id, event_id);

CREATE TABLE IF NOT EXISTS rejects
(
    topic LowCardinality(String) COMMENT 'file:NAME for a line of a file',
    partition UInt32,
    offset UInt64 COMMENT 'the line number for a line of a file',
    reason LowCardinality(String),
    raw String COMMENT 'at most 64 KiB' CODEC(ZSTD),
    rejected_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(rejected_at)
ORDER BY (topic, partition, offset);
