-- Terms of the second analysis are other terms than those of the first, so counts of the first are
-- dropped; `trends rebuild` counts the listings that are there again. From here on, counts of
-- topics carry the generation of the taxonomy they were counted by.

CREATE TABLE IF NOT EXISTS generations
(
    generation  UInt32,
    analysis    UInt16,
    segmenter   String,
    fingerprint String,
    taxonomy    String,
    active      UInt8,
    at          DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(active)
ORDER BY generation;

-- How far a rebuild has counted a shard for a generation: all up to and including offset `version`.
CREATE TABLE IF NOT EXISTS rebuilt
(
    generation UInt32,
    shard      String,
    version    Int64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (generation, shard);

-- Every accepted listing at its first position, with the terms and topics it was counted under;
-- those of the title come first. The greatest generation holds.
CREATE TABLE IF NOT EXISTS listings_counted
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
    terms         Array(String),
    title_terms   UInt16,
    acronyms      Map(String, String) CODEC(ZSTD(1)),
    topics        Array(LowCardinality(String)),
    generation    UInt32,
    INDEX offset_range offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(event_time)
ORDER BY (id, shard, offset, line);

CREATE TABLE IF NOT EXISTS listings_stored AS listings_counted;

INSERT INTO listings_counted
    (id, shard, offset, line, event_time, arrived_at, analysis, source, title, text, url,
    published_at, listed_at, authors, author_count, organization, upvotes, tags, language, extra)
SELECT
    id, shard, offset, line, event_time, arrived_at, analysis, source, title, text, url,
    published_at, listed_at, authors, author_count, organization, upvotes, tags, language, extra
FROM listings_stored;

DROP TABLE IF EXISTS listings_stored;

DROP TABLE IF EXISTS term_counts;

-- LZ4, the default, throughout: most of what a processor writes goes here, and ZSTD would take a fifth
-- more of the store's time for a third less space.
CREATE TABLE IF NOT EXISTS term_counts
(
    shard      LowCardinality(String),
    resolution Enum8('5m' = 1, '1h' = 2, '1d' = 3),
    bucket     DateTime('UTC'),
    term       String,
    docs       UInt32,
    mentions   UInt32,
    version    UInt64,
    INDEX term_filter term TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (resolution, toYYYYMM(bucket))
ORDER BY (resolution, bucket, term, shard)
TTL bucket + INTERVAL 14 DAY DELETE WHERE resolution = '5m',
    bucket + INTERVAL 365 DAY DELETE WHERE resolution = '1h';

DROP TABLE IF EXISTS topic_counts;

CREATE TABLE IF NOT EXISTS topic_counts
(
    generation UInt32,
    shard      LowCardinality(String),
    resolution Enum8('5m' = 1, '1h' = 2, '1d' = 3),
    bucket     DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    topic      LowCardinality(String),
    docs       UInt32 CODEC(T64, ZSTD(1)),
    mentions   UInt32 CODEC(T64, ZSTD(1)),
    version    UInt64 CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (generation, resolution, toYYYYMM(bucket))
ORDER BY (generation, resolution, bucket, topic, shard)
TTL bucket + INTERVAL 14 DAY DELETE WHERE resolution = '5m',
    bucket + INTERVAL 365 DAY DELETE WHERE resolution = '1h';

ALTER TABLE checkpoints ADD COLUMN IF NOT EXISTS generation UInt32;

CREATE OR REPLACE VIEW topics AS
SELECT counts.resolution AS resolution, counts.bucket AS bucket, topic, docs, mentions,
       docs / listings AS share
FROM
(
    SELECT resolution, bucket, topic, sum(docs) AS docs, sum(mentions) AS mentions
    FROM (SELECT generation, resolution, bucket, topic, docs, mentions FROM topic_counts FINAL)
    WHERE generation = (SELECT max(generation) FROM generations WHERE active)
      AND (resolution = '1d'
       OR (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
       OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY))
    GROUP BY resolution, bucket, topic
) AS counts
INNER JOIN totals ON totals.resolution = counts.resolution AND totals.bucket = counts.bucket;

-- A listing as first counted, with what later sightings brought: the newest upvotes, a
-- publication date where the first had none, and the day it was listed last.
CREATE OR REPLACE VIEW listings AS
SELECT
    first.id AS id, source, title, text, url,
    coalesce(first.published_at, later_published_at) AS published_at,
    first.listed_at AS listed_at,
    greatest(coalesce(later_listed_at, first.listed_at), coalesce(first.listed_at, later_listed_at))
        AS last_listed_at,
    event_time, authors, author_count, organization,
    if(later_upvotes IS NOT NULL AND (first.upvotes IS NULL OR later_upvotes_at >= event_time),
       later_upvotes, first.upvotes) AS upvotes,
    1 + sightings_later AS times_listed,
    tags, language, extra, terms, title_terms, acronyms, topics
FROM (SELECT * FROM listings_counted FINAL) AS first
LEFT JOIN
(
    SELECT id,
           count() AS sightings_later,
           argMaxIf(upvotes, event_time, isNotNull(upvotes)) AS later_upvotes,
           maxIf(event_time, isNotNull(upvotes)) AS later_upvotes_at,
           min(published_at) AS later_published_at,
           max(listed_at) AS later_listed_at
    FROM (SELECT * FROM sightings FINAL)
    GROUP BY id
) AS later ON later.id = first.id;
