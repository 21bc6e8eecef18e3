-- What dashboards and their alerts ask beside counts and alerts: how the pipeline is doing, and
-- rankings that people can read.

-- How a shard was doing, every few seconds while a processor has it. Counters are the checkpoint's:
-- they grow over the shard's whole life, so differences between rows are exact across restarts.
CREATE TABLE IF NOT EXISTS pipeline_samples
(
    at             DateTime64(3, 'UTC'),
    processor      LowCardinality(String),
    shard          LowCardinality(String),
    position       UInt64,
    log_end        UInt64,
    behind_s       Float64,
    accepted       UInt64,
    duplicates     UInt64,
    dead           UInt64,
    forwarded      UInt64,
    late           UInt64,
    lateness_max_s UInt64,
    watermark      DateTime('UTC'),
    flushes        UInt32,
    flush_ms_total UInt32,
    flush_ms_max   UInt32
)
ENGINE = MergeTree
ORDER BY (at, shard)
TTL toDateTime(at) + INTERVAL 30 DAY DELETE;

-- What `trends top` says of a window that ends with `last_day`, as it was computed last; `span` is
-- the window's length in days, and so is what it is compared with. `lift` and `rise` are null where
-- there is nothing to compare with. The row of rank 0 is no line: it says of a ranking, even of one
-- without lines, what it was made of (`store/rankings.py`).
CREATE TABLE IF NOT EXISTS rankings
(
    kind            Enum8('term' = 1, 'topic' = 2),
    ordering        Enum8('docs' = 1, 'rise' = 2),
    span            UInt16,
    last_day        Date,
    rank            UInt16,
    name            String,
    names           Array(String),
    docs            UInt32,
    mentions        UInt32,
    docs_before     UInt32,
    share           Float64,
    lift            Nullable(Float64),
    rise            Nullable(Float64),
    listings        UInt32,
    listings_before UInt32,
    first_seen      Date,
    computed_at     DateTime64(3, 'UTC'),
    took_ms         UInt32
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (kind, ordering, span, last_day, rank);

-- The lines of the newest computation of each ranking: an older one may have had more of them.
CREATE OR REPLACE VIEW ranked AS
SELECT
    kind, ordering, span, last_day, rank, name, names, docs, mentions, docs_before, share, lift, rise,
    listings, listings_before, first_seen, computed_at, took_ms
FROM
(
    SELECT *, max(computed_at) OVER (PARTITION BY kind, ordering, span, last_day) AS newest
    FROM (SELECT * FROM rankings FINAL)
)
WHERE computed_at = newest AND rank > 0;
