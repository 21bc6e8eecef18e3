"""Counts of one shard: absolute, versioned by offset, and the same however often a log is read."""

from __future__ import annotations

from trends.analysis.interface import Analysis
from trends.counting.buckets import RESOLUTIONS, BucketKey, Resolution
from trends.counting.counts import Bucket, CountsChange, NameCounts, ShardCounts, Tally

DAY = (Resolution("1d", 86_400, None),)
MONDAY, TUESDAY = BucketKey(86_400, 0), BucketKey(86_400, 86_400)
KEYS = {MONDAY, TUESDAY}


def listing(
    event_s: int = 0, topics: dict[str, int] | None = None, **terms: int
) -> tuple[int, Analysis]:
    return event_s, Analysis(terms, topics or {})


def rows(counts: list[NameCounts]) -> dict[tuple[BucketKey, str], tuple[int, int]]:
    return {
        (change.key, name): (docs, mentions)
        for change in counts
        for name, docs, mentions in zip(change.names, change.docs, change.mentions, strict=True)
    }


def stored(
    version: int = -1,
    terms_version: int = -1,
    topics_version: int = -1,
    listings: int = 0,
    docs: int = 0,
    mentions: int = 0,
) -> Bucket:
    """A bucket as the store holds it, with one term "x" and one topic "T"."""

    def tally(name: str, version: int) -> Tally:
        repeats = {name: mentions - docs} if mentions > docs else {}
        return Tally(docs={name: docs}, repeats=repeats, version=version)

    return Bucket(
        listings, version, terms=tally("x", terms_version), topics=tally("T", topics_version)
    )


def reloaded(bucket: Bucket) -> ShardCounts:
    counts = ShardCounts(DAY, [MONDAY])
    counts.put(MONDAY, bucket)
    return counts


def test_docs_count_listings_and_mentions_count_occurrences() -> None:
    counts = ShardCounts(DAY, ())
    counts.apply(0, [listing(x=3, y=1, topics={"T": 2}), listing(x=1)], KEYS)
    change = counts.take_change(0)
    assert change.totals == [(MONDAY, 2)]
    assert rows(change.terms) == {(MONDAY, "x"): (2, 4), (MONDAY, "y"): (1, 1)}
    assert rows(change.topics) == {(MONDAY, "T"): (1, 2)}


def test_a_change_holds_absolute_counts_of_what_changed_and_nothing_else() -> None:
    counts = ShardCounts(DAY, ())
    counts.apply(0, [listing(x=2, y=1), listing(event_s=86_400, z=1)], KEYS)
    counts.take_change(0)
    counts.apply(1, [listing(x=1)], KEYS)
    change = counts.take_change(1)
    assert change == CountsChange(1, [(MONDAY, 2)], [NameCounts(MONDAY, ["x"], [2], [3])], [])
    assert counts.take_change(2) == CountsChange(2, [], [], [])


def test_a_listing_counts_once_per_resolution() -> None:
    counts = ShardCounts(RESOLUTIONS, ())
    keys = counts.keys([4_000], now_s=4_000)
    assert keys == {BucketKey(300, 3_900), BucketKey(3_600, 3_600), BucketKey(86_400, 0)}
    counts.apply(0, [listing(event_s=4_000, x=1)], keys)
    assert dict(counts.take_change(0).totals) == dict.fromkeys(keys, 1)


def test_buckets_past_their_retention_are_left_out() -> None:
    counts = ShardCounts(RESOLUTIONS, ())
    keys = counts.keys([0], now_s=16 * 86_400)
    assert keys == {BucketKey(3_600, 0), BucketKey(86_400, 0)}
    counts.apply(0, [listing(x=1)], keys)
    assert {key for key, _ in counts.take_change(0).totals} == keys


def test_an_offset_up_to_the_stored_version_is_not_applied_again() -> None:
    counts = reloaded(stored(7, 7, 7, listings=4, docs=4, mentions=9))
    for offset in (6, 7):
        counts.apply(offset, [listing(x=1, topics={"T": 1})], KEYS)
    assert counts.take_change(7) == CountsChange(7, [], [], [])
    counts.apply(8, [listing(x=1, topics={"T": 1})], KEYS)
    change = counts.take_change(8)
    assert change.totals == [(MONDAY, 5)]
    assert rows(change.terms) == {(MONDAY, "x"): (5, 10)}
    assert rows(change.topics) == {(MONDAY, "T"): (5, 10)}


def test_totals_terms_and_topics_each_have_their_own_version() -> None:
    # A flush at 9 that stored totals and topics, and then died before terms.
    counts = reloaded(stored(9, terms_version=3, topics_version=9, listings=4, docs=4, mentions=4))
    counts.apply(9, [listing(x=1, topics={"T": 1})], KEYS)
    change = counts.take_change(9)
    assert (change.totals, change.topics) == ([], [])
    assert rows(change.terms) == {(MONDAY, "x"): (5, 5)}


def test_only_stored_buckets_that_are_not_held_are_missing() -> None:
    counts = ShardCounts(DAY, [MONDAY])
    assert counts.missing(KEYS) == {MONDAY}
    counts.put(MONDAY, Bucket())
    assert counts.missing(KEYS) == set()


def flushed(*messages: list[tuple[int, Analysis]]) -> ShardCounts:
    """Counts after a flush of these messages, used by none since."""
    counts = ShardCounts(DAY, ())
    for offset, message in enumerate(messages):
        counts.apply(offset, message, KEYS)
    counts.take_change(len(messages) - 1)
    counts.shrink(1_000)
    return counts


def test_a_dropped_bucket_is_missing_when_it_is_needed_again() -> None:
    counts = flushed([listing(x=1)])
    counts.shrink(0)
    assert len(counts) == 0
    assert counts.missing(KEYS) == {MONDAY}


def test_shrink_drops_the_bucket_used_longest_ago() -> None:
    counts = flushed([listing(x=1)], [listing(event_s=86_400, x=1)], [listing(x=1)])
    counts.shrink(1)
    assert counts.missing(KEYS) == {TUESDAY}


def test_shrink_keeps_what_was_used_since_the_last_call() -> None:
    counts = flushed([listing(x=1), listing(event_s=86_400, x=1)])
    counts.apply(1, [listing(x=1)], KEYS)
    counts.take_change(1)
    counts.shrink(0)
    assert counts.missing(KEYS) == {TUESDAY}


def test_shrink_keeps_what_changed_since_the_last_flush_was_taken() -> None:
    counts = flushed([listing(x=1)])
    counts.apply(1, [listing(x=1)], KEYS)
    counts.shrink(0)
    counts.shrink(0)
    assert counts.missing(KEYS) == set()
    assert rows(counts.take_change(1).terms) == {(MONDAY, "x"): (2, 2)}


def test_shrink_keeps_all_within_capacity() -> None:
    counts = flushed([listing(x=1, y=1, topics={"T": 1})])
    counts.shrink(3)
    assert len(counts) == 3
