-- Raw tables: rows as the processor writes them, keyed by shard. People query the views.
-- Retention here equals trends.counting.buckets.RESOLUTIONS; a test holds the two together.

-- Every accepted listing at its first position, with the terms and topics it was counted under.
CREATE TABLE IF NOT EXISTS listings_stored
(
    id            String,
    shard         LowCardinality(String),
    offset        UInt64,
    line          UInt32,
    event_time    DateTime('UTC'),
    arrived_at    DateTime('UTC'),
    analysis      UInt16,
    source        LowCardinality(String),
    title         String CODEC(ZSTD(1)),
    text          String CODEC(ZSTD(1)),
    url           String CODEC(ZSTD(1)),
    published_at  Nullable(DateTime64(3, 'UTC')),
    listed_at     Nullable(DateTime64(3, 'UTC')),
    authors       Array(String) CODEC(ZSTD(1)),
    author_count  Nullable(Int32),
    organization  String,
    upvotes       Nullable(Int32),
    tags          Array(LowCardinality(String)),
    language      LowCardinality(String),
    extra         String CODEC(ZSTD(1)),
    terms         Array(String) CODEC(ZSTD(1)),
    topics        Array(LowCardinality(String)),
    INDEX offset_range offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_time)
ORDER BY (id, shard, offset, line);

-- Every later appearance of a counted listing: it updates upvotes and dates, never counts.
CREATE TABLE IF NOT EXISTS sightings
(
    id            String,
    shard         LowCardinality(String),
    offset        UInt64,
    line          UInt32,
    event_time    DateTime('UTC'),
    source        LowCardinality(String),
    published_at  Nullable(DateTime64(3, 'UTC')),
    listed_at     Nullable(DateTime64(3, 'UTC')),
    upvotes       Nullable(Int32)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_time)
ORDER BY (id, shard, offset, line);

-- Every line that stood in a partition it does not belong to, and was sent to the right one: a
-- decision that must stay when the number of partitions changes.
CREATE TABLE IF NOT EXISTS forwards
(
    shard         LowCardinality(String),
    offset        UInt64,
    line          UInt32,
    id            String
)
ENGINE = ReplacingMergeTree
ORDER BY (shard, offset, line);

CREATE TABLE IF NOT EXISTS term_counts
(
    shard      LowCardinality(String),
    resolution Enum8('5m' = 1, '1h' = 2, '1d' = 3),
    bucket     DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    term       String CODEC(ZSTD(1)),
    docs       UInt32 CODEC(T64, ZSTD(1)),
    mentions   UInt32 CODEC(T64, ZSTD(1)),
    version    UInt64 CODEC(DoubleDelta, ZSTD(1)),
    INDEX term_filter term TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (resolution, toYYYYMM(bucket))
ORDER BY (resolution, bucket, term, shard)
TTL bucket + INTERVAL 14 DAY DELETE WHERE resolution = '5m',
    bucket + INTERVAL 365 DAY DELETE WHERE resolution = '1h';

CREATE TABLE IF NOT EXISTS topic_counts
(
    shard      LowCardinality(String),
    resolution Enum8('5m' = 1, '1h' = 2, '1d' = 3),
    bucket     DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    topic      LowCardinality(String),
    docs       UInt32 CODEC(T64, ZSTD(1)),
    mentions   UInt32 CODEC(T64, ZSTD(1)),
    version    UInt64 CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (resolution, toYYYYMM(bucket))
ORDER BY (resolution, bucket, topic, shard)
TTL bucket + INTERVAL 14 DAY DELETE WHERE resolution = '5m',
    bucket + INTERVAL 365 DAY DELETE WHERE resolution = '1h';

CREATE TABLE IF NOT EXISTS bucket_totals
(
    shard      LowCardinality(String),
    resolution Enum8('5m' = 1, '1h' = 2, '1d' = 3),
    bucket     DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    listings   UInt32,
    version    UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (resolution, toYYYYMM(bucket))
ORDER BY (resolution, bucket, shard)
TTL bucket + INTERVAL 14 DAY DELETE WHERE resolution = '5m',
    bucket + INTERVAL 365 DAY DELETE WHERE resolution = '1h';

-- One row per partition of one incarnation of the topic.
CREATE TABLE IF NOT EXISTS shards
(
    shard      String,
    topic      String,
    topic_id   String,
    partition  UInt32,
    partitions UInt32,
    opened_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(opened_at)
ORDER BY shard;

-- How far each shard is stored: all up to and including offset `version`.
CREATE TABLE IF NOT EXISTS checkpoints
(
    shard          String,
    version        UInt64,
    flushed_at     DateTime64(3, 'UTC'),
    accepted       UInt64,
    duplicates     UInt64,
    dead           UInt64,
    forwarded      UInt64,
    watermark      DateTime('UTC'),
    late           UInt64,
    lateness_max_s UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY shard;

CREATE TABLE IF NOT EXISTS dead_letters
(
    origin         String,
    offset         UInt64,
    line           UInt32,
    code           LowCardinality(String),
    message        String,
    raw            String CODEC(ZSTD(1)),
    cut            Bool,
    recorded_at    DateTime64(3, 'UTC'),
    resubmitted_at Nullable(DateTime64(3, 'UTC')),
    state          UInt8
)
ENGINE = ReplacingMergeTree(state)
ORDER BY (origin, offset, line, cityHash64(raw));
