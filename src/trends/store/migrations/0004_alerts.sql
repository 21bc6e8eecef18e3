-- What detection found, and what became of it. Rows as the alerter writes them; people query the
-- views `alerts` and `alert_transitions`, and the other tables as they are, with FINAL.

-- What an evaluation decides about alerts is one block of rows here, so it is there as a whole or not
-- at all. A `transition` is a change of an alert's state and is never changed again; `standing` is
-- the alert as it was seen last since then.
CREATE TABLE IF NOT EXISTS alert_records
(
    alert_id        String,
    seq             UInt32,
    record          Enum8('transition' = 1, 'standing' = 2),
    at              DateTime64(3, 'UTC'),
    rule            LowCardinality(String),
    severity        LowCardinality(String),
    state           Enum8('pending' = 1, 'firing' = 2, 'resolved' = 3),
    before          LowCardinality(String),
    name            String,
    kind            LowCardinality(String),
    horizon         LowCardinality(String),
    window_start    DateTime('UTC'),
    window_end      DateTime('UTC'),
    observed        UInt32,
    expected        Float64,
    expected_high   Float64,
    listings        UInt32,
    p               Float64,
    q               Float64,
    lift            Float64,
    is_new          Bool,
    opened_at       DateTime64(3, 'UTC'),
    fired_at        Nullable(DateTime64(3, 'UTC')),
    resolved_at     Nullable(DateTime64(3, 'UTC')),
    last_seen       DateTime64(3, 'UTC'),
    names           Array(String),
    evidence_ids    Array(String),
    evidence_titles Array(String),
    evidence_urls   Array(String),
    route           Array(LowCardinality(String)),
    silence         String,
    document        String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (alert_id, seq, record);

-- What became of telling one notifier of one transition: `rank` is the number of tries while it is
-- being tried, and the greatest there is once that is over.
CREATE TABLE IF NOT EXISTS deliveries
(
    alert_id      String,
    transition_id String,
    notifier      LowCardinality(String),
    delivery_id   String,
    state         Enum8('pending' = 1, 'firing' = 2, 'resolved' = 3),
    status        Enum8('retrying' = 1, 'delivered' = 2, 'refused' = 3, 'silenced' = 4, 'skipped' = 5),
    attempts      UInt32,
    at            DateTime64(3, 'UTC'),
    message       String,
    rank          UInt32
)
ENGINE = ReplacingMergeTree(rank)
ORDER BY (alert_id, transition_id, notifier);

-- `state` 1: ended before its time.
CREATE TABLE IF NOT EXISTS silences
(
    id         String,
    pattern    String,
    rule       String,
    until      DateTime64(3, 'UTC'),
    comment    String,
    created_at DateTime64(3, 'UTC'),
    ended_at   Nullable(DateTime64(3, 'UTC')),
    state      UInt8
)
ENGINE = ReplacingMergeTree(state)
ORDER BY id;

-- Every spike that was ever found, as it was found last; `rule` is the one whose watch list found it.
CREATE TABLE IF NOT EXISTS spikes
(
    horizon         LowCardinality(String),
    window_start    DateTime('UTC'),
    window_end      DateTime('UTC'),
    rule            LowCardinality(String),
    kind            LowCardinality(String),
    name            String,
    shown           String,
    observed        UInt32,
    expected        Float64,
    expected_high   Float64,
    listings        UInt32,
    p               Float64,
    q               Float64,
    lift            Float64,
    is_new          Bool,
    complete        Bool,
    first_window    DateTime('UTC'),
    names           Array(String),
    rose_with       Array(String),
    evidence_ids    Array(String),
    evidence_titles Array(String),
    evidence_urls   Array(String),
    evaluated_at    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(evaluated_at)
PARTITION BY toYear(window_start)
ORDER BY (horizon, window_start, rule, kind, name);

-- The alerter's heartbeat: a row for each window that was looked at.
CREATE TABLE IF NOT EXISTS evaluations
(
    at           DateTime64(3, 'UTC'),
    horizon      LowCardinality(String),
    window_start DateTime('UTC'),
    candidates   UInt32,
    spikes       UInt32,
    took_ms      UInt32
)
ENGINE = MergeTree
ORDER BY (at, horizon)
TTL toDateTime(at) + INTERVAL 30 DAY DELETE;

CREATE OR REPLACE VIEW alert_transitions AS
SELECT
    alert_id, seq, at, before, state, rule, severity, name, kind, horizon, window_start, window_end,
    observed, expected, expected_high, listings, p, q, lift, is_new, opened_at, fired_at, resolved_at,
    last_seen, names, evidence_ids, evidence_titles, evidence_urls, route, silence, document
FROM (SELECT * FROM alert_records FINAL)
WHERE record = 'transition';

-- Every alert as it stands.
CREATE OR REPLACE VIEW alerts AS
SELECT
    alert_id AS id, rule, severity, state, name, kind, opened_at, fired_at, resolved_at, last_seen,
    horizon, window_start, window_end, observed, expected, expected_high, listings, lift, p, q, is_new,
    names, evidence_ids, evidence_titles, evidence_urls
FROM
(
    SELECT * FROM alert_records
    ORDER BY alert_id, seq DESC, record DESC, at DESC
    LIMIT 1 BY alert_id
);
