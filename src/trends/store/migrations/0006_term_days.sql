-- The counts of terms by day once more, ordered by term. `term_counts` is ordered by bucket, as whoever
-- counts or ranks needs it; the series of one term over years would read most of it.

CREATE TABLE IF NOT EXISTS term_days
(
    term     String,
    bucket   DateTime('UTC'),
    shard    LowCardinality(String),
    docs     UInt32,
    mentions UInt32,
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(bucket)
ORDER BY (term, bucket, shard)
SETTINGS index_granularity = 1024;

INSERT INTO term_days (term, bucket, shard, docs, mentions, version)
SELECT term, bucket, shard, docs, mentions, version FROM term_counts WHERE resolution = '1d';

-- Counts of given names over time, at once for any name and any range: always say which names. For all
-- names of given buckets ask `terms` and `topics`.
CREATE OR REPLACE VIEW series AS
SELECT 'term' AS kind, CAST('1d', 'Enum8(\'5m\' = 1, \'1h\' = 2, \'1d\' = 3)') AS resolution, bucket,
       term AS name, sum(docs) AS docs, sum(mentions) AS mentions
FROM (SELECT bucket, term, docs, mentions FROM term_days FINAL)
GROUP BY bucket, term
UNION ALL
SELECT 'term' AS kind, resolution, bucket, term AS name, sum(docs) AS docs, sum(mentions) AS mentions
FROM (SELECT resolution, bucket, term, docs, mentions FROM term_counts FINAL)
WHERE (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
   OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY)
GROUP BY resolution, bucket, term
UNION ALL
SELECT 'topic' AS kind, resolution, bucket, toString(topic) AS name, sum(docs) AS docs,
       sum(mentions) AS mentions
FROM (SELECT generation, resolution, bucket, topic, docs, mentions FROM topic_counts FINAL)
WHERE generation = (SELECT max(generation) FROM generations WHERE active)
  AND (resolution = '1d'
   OR (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
   OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY))
GROUP BY resolution, bucket, topic;
