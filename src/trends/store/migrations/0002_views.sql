-- What people query: exact at any moment, without FINAL, shards or versions in sight.
-- A view shows a bucket only while it is within its retention, so that half-expired counts are
-- never seen as numbers.

CREATE OR REPLACE VIEW totals AS
SELECT resolution, bucket, sum(listings) AS listings
FROM (SELECT resolution, bucket, listings FROM bucket_totals FINAL)
WHERE resolution = '1d'
   OR (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
   OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY)
GROUP BY resolution, bucket;

CREATE OR REPLACE VIEW terms AS
SELECT counts.resolution AS resolution, counts.bucket AS bucket, term, docs, mentions,
       docs / listings AS share
FROM
(
    SELECT resolution, bucket, term, sum(docs) AS docs, sum(mentions) AS mentions
    FROM (SELECT resolution, bucket, term, docs, mentions FROM term_counts FINAL)
    WHERE resolution = '1d'
       OR (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
       OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY)
    GROUP BY resolution, bucket, term
) AS counts
INNER JOIN totals ON totals.resolution = counts.resolution AND totals.bucket = counts.bucket;

CREATE OR REPLACE VIEW topics AS
SELECT counts.resolution AS resolution, counts.bucket AS bucket, topic, docs, mentions,
       docs / listings AS share
FROM
(
    SELECT resolution, bucket, topic, sum(docs) AS docs, sum(mentions) AS mentions
    FROM (SELECT resolution, bucket, topic, docs, mentions FROM topic_counts FINAL)
    WHERE resolution = '1d'
       OR (resolution = '1h' AND bucket >= now() - INTERVAL 365 DAY)
       OR (resolution = '5m' AND bucket >= now() - INTERVAL 14 DAY)
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
    tags, language, extra, terms, topics
FROM (SELECT * FROM listings_stored FINAL) AS first
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

-- The last seven days with data against the seven before, by day.
CREATE OR REPLACE VIEW trending AS
SELECT term, docs_now AS docs, docs_before, docs_now / greatest(docs_before, 1) AS lift
FROM
(
    WITH (SELECT max(bucket) FROM totals WHERE resolution = '1d') AS last_day
    SELECT term,
           sumIf(docs, bucket > last_day - INTERVAL 7 DAY) AS docs_now,
           sumIf(docs, bucket <= last_day - INTERVAL 7 DAY) AS docs_before
    FROM terms
    WHERE resolution = '1d' AND bucket > last_day - INTERVAL 14 DAY
    GROUP BY term
)
WHERE docs_now >= 3
ORDER BY lift DESC, docs DESC, term;
