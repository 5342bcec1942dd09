-- One row per decided engagement, written once, from the join log. Partitioned by when it was decided: an insert block
-- then lies in one partition and is one part, and a late engagement does not open old partitions again.
CREATE TABLE IF NOT EXISTS engagements
(
    tenant LowCardinality(String),
    campaign LowCardinality(Nullable(String)) COMMENT 'null where no send is known or it names none',
    message_id String CODEC(ZSTD),
    event_id String CODEC(ZSTD),
    kind LowCardinality(String),
    class LowCardinality(String),
    exposure LowCardinality(String),
    exposed_attempt Nullable(UInt16) COMMENT 'ordinal of the attempt the exposure hangs on, 1 the first',
    uncertain Bool COMMENT 'the other side of a class boundary is within precision plus tolerance',
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    sent_at Nullable(DateTime64(3, 'UTC')) COMMENT 'null where no send is known',
    accepted_at Nullable(DateTime64(3, 'UTC')),
    delta_ms Nullable(Int64) COMMENT 'occurred_at - accepted_at',
    attempts UInt32,
    deferrals UInt32,
    recipient_domain LowCardinality(String),
    recipient_hash FixedString(16) COMMENT 'zeros where no send is known',
    mx_host LowCardinality(Nullable(String)),
    filter_vendor LowCardinality(Nullable(String)),
    ip Nullable(String),
    user_agent Nullable(String) CODEC(ZSTD),
    method LowCardinality(Nullable(String)),
    url Nullable(String) CODEC(ZSTD),
    link_id Nullable(String),
    machine_hint LowCardinality(Nullable(String)),
    source LowCardinality(String),
    recipient_ambiguous Bool,
    decided_at DateTime64(3, 'UTC') COMMENT 'append time of the commit' CODEC(Delta, ZSTD),
    log_id LowCardinality(String),
    log_partition UInt32,
    log_offset UInt64 CODEC(Delta, ZSTD),
    log_row UInt32 CODEC(Delta, ZSTD),
    input_offset UInt64 COMMENT 'offset of the engagement in its input partition, log_partition',
    INDEX message_id_filter message_id TYPE bloom_filter GRANULARITY 4,
    INDEX log_offset_range log_offset TYPE minmax GRANULARITY 1,
    PROJECTION per_hour
    (
        SELECT tenant, toStartOfHour(occurred_at), campaign, recipient_domain, filter_vendor, kind, class, exposure, count()
        GROUP BY tenant, toStartOfHour(occurred_at), campaign, recipient_domain, filter_vendor, kind, class, exposure
    ),
    PROJECTION log_positions
    (
        SELECT log_id, log_partition, max(log_offset), count() GROUP BY log_id, log_partition
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(decided_at)
ORDER BY (tenant, recipient_domain, occurred_at, message_id)
SETTINGS non_replicated_deduplication_window = 10000;
