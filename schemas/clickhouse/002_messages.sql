-- One row per message with a send or a delivery: the denominators. Written once, from the join log.
CREATE TABLE IF NOT EXISTS messages
(
    tenant LowCardinality(String),
    campaign LowCardinality(Nullable(String)) COMMENT 'null where no send is known or it names none',
    message_id String CODEC(ZSTD),
    recipient_domain LowCardinality(String),
    recipient_hash FixedString(16) COMMENT 'zeros where no send is known',
    source LowCardinality(String),
    sent_at Nullable(DateTime64(3, 'UTC')) COMMENT 'null where no send is known',
    first_attempt_at Nullable(DateTime64(3, 'UTC')),
    outcome LowCardinality(String) COMMENT 'accepted, bounced, expired; unknown where the window closed without one',
    accepted_at Nullable(DateTime64(3, 'UTC')),
    attempts UInt32,
    deferrals UInt32,
    content_deferrals UInt32 COMMENT 'deferrals at the end of DATA: the receiver had the content',
    mx_host LowCardinality(Nullable(String)),
    filter_vendor LowCardinality(Nullable(String)),
    decided_at DateTime64(3, 'UTC') COMMENT 'append time of the commit' CODEC(Delta, ZSTD),
    log_id LowCardinality(String),
    log_partition UInt32,
    log_offset UInt64 CODEC(Delta, ZSTD),
    log_row UInt32 CODEC(Delta, ZSTD),
    INDEX message_id_filter message_id TYPE bloom_filter GRANULARITY 4,
    INDEX log_offset_range log_offset TYPE minmax GRANULARITY 1,
    PROJECTION per_hour
    (
        SELECT tenant, toStartOfHour(decided_at), campaign, recipient_domain, filter_vendor, outcome, count(), sum(attempts), sum(deferrals), sum(content_deferrals)
        GROUP BY tenant, toStartOfHour(decided_at), campaign, recipient_domain, filter_vendor, outcome
    ),
    PROJECTION log_positions
    (
        SELECT log_id, log_partition, max(log_offset), count() GROUP BY log_id, log_partition
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(decided_at)
ORDER BY (tenant, recipient_domain, message_id)
SETTINGS non_replicated_deduplication_window = 10000;
