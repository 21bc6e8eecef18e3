"""Counts of one shard: absolute, versioned by offset, and the same however often a log is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.support.batches import analysis, batch_of, loaded, rows_of
from trends.analysis.interface import Analysis
from trends.counting.buckets import RESOLUTIONS, BucketKey, Resolution
from trends.counting.counts import Bucket, CountsChange, ShardCounts

DAY = (Resolution("1d", 86_400, None),)
MONDAY, TUESDAY = BucketKey(86_400, 0), BucketKey(86_400, 86_400)
KEYS = {MONDAY, TUESDAY}


def listing(
    event_s: int = 0, topics: dict[str, int] | None = None, **terms: int
) -> tuple[int, Analysis]:
    return event_s, analysis(terms, topics)


def apply(
    counts: ShardCounts,
    offset: int,
    listings: Sequence[tuple[int, Analysis]],
    keys: Collection[BucketKey] = KEYS,
) -> None:
    batch = batch_of([mentioned for _, mentioned in listings])
    counts.apply(offset, [event_s for event_s, _ in listings], batch, keys)


def is_empty(change: CountsChange) -> bool:
    return not (change.totals or change.terms.buckets or change.topics.buckets)


def stored(
    version: int = -1,
    terms_version: int = -1,
    topics_version: int = -1,
    listings: int = 0,
    docs: int = 0,
    mentions: int = 0,
) -> Bucket:
    """A bucket as the store holds it, with one term "x" and one topic "T"."""
    return Bucket(
        listings,
        version,
        terms=loaded({"x": (docs, mentions)}, terms_version),
        topics=loaded({"T": (docs, mentions)}, topics_version),
    )


def reloaded(bucket: Bucket) -> ShardCounts:
    counts = ShardCounts(DAY, [MONDAY])
    counts.put(MONDAY, bucket)
    return counts


def test_docs_count_listings_and_mentions_count_occurrences() -> None:
    counts = ShardCounts(DAY, ())
    apply(counts, 0, [listing(x=3, y=1, topics={"T": 2}), listing(x=1)])
    change = counts.take_change(0)
    assert change.totals == [(MONDAY, 2)]
    assert rows_of(change.terms) == {(MONDAY, "x"): (2, 4), (MONDAY, "y"): (1, 1)}
    assert rows_of(change.topics) == {(MONDAY, "T"): (1, 2)}


def test_a_change_holds_absolute_counts_of_what_changed_and_nothing_else() -> None:
    counts = ShardCounts(DAY, ())
    apply(counts, 0, [listing(x=2, y=1), listing(event_s=86_400, z=1)])
    counts.take_change(0)
    apply(counts, 1, [listing(x=1)])
    change = counts.take_change(1)
    assert (change.version, change.totals) == (1, [(MONDAY, 2)])
    assert rows_of(change.terms) == {(MONDAY, "x"): (2, 3)}
    assert not change.topics.buckets
    nothing = counts.take_change(2)
    assert nothing.version == 2
    assert is_empty(nothing)


def test_a_change_tells_the_names_of_several_batches() -> None:
    counts = ShardCounts(DAY, ())
    for offset, term in enumerate(("alpha", "beta", "gamma")):
        apply(counts, offset, [listing(topics={f"T{offset}": 1}, **{term: 1, "x": 1})])
    change = counts.take_change(2)
    assert rows_of(change.terms) == {
        **{(MONDAY, term): (1, 1) for term in ("alpha", "beta", "gamma")},
        (MONDAY, "x"): (3, 3),
    }
    assert rows_of(change.topics) == {(MONDAY, f"T{offset}"): (1, 1) for offset in range(3)}


def test_names_that_batches_share_are_held_once() -> None:
    counts = ShardCounts(DAY, ())
    batch = batch_of([analysis({"x": 1}, {"T": 1})])
    for offset in range(3):
        counts.apply(offset, [0], batch, KEYS)
    change = counts.take_change(2)
    assert rows_of(change.topics) == {(MONDAY, "T"): (3, 3)}
    assert len(change.topics.arena) == len(batch.topics.arena)


def test_a_listing_counts_once_per_resolution() -> None:
    counts = ShardCounts(RESOLUTIONS, ())
    keys = counts.keys([4_000], now_s=4_000)
    assert keys == {BucketKey(300, 3_900), BucketKey(3_600, 3_600), BucketKey(86_400, 0)}
    apply(counts, 0, [listing(event_s=4_000, x=1)], keys)
    assert dict(counts.take_change(0).totals) == dict.fromkeys(keys, 1)


def test_buckets_past_their_retention_are_left_out() -> None:
    counts = ShardCounts(RESOLUTIONS, ())
    keys = counts.keys([0], now_s=16 * 86_400)
    assert keys == {BucketKey(3_600, 0), BucketKey(86_400, 0)}
    apply(counts, 0, [listing(x=1)], keys)
    assert {key for key, _ in counts.take_change(0).totals} == keys


def test_an_offset_up_to_the_stored_version_is_not_applied_again() -> None:
    counts = reloaded(stored(7, 7, 7, listings=4, docs=4, mentions=9))
    for offset in (6, 7):
        apply(counts, offset, [listing(x=1, topics={"T": 1})])
    assert is_empty(counts.take_change(7))
    apply(counts, 8, [listing(x=1, topics={"T": 1})])
    change = counts.take_change(8)
    assert change.totals == [(MONDAY, 5)]
    assert rows_of(change.terms) == {(MONDAY, "x"): (5, 10)}
    assert rows_of(change.topics) == {(MONDAY, "T"): (5, 10)}


def test_totals_terms_and_topics_each_have_their_own_version() -> None:
    # A flush at 9 that stored totals and topics, and then died before terms.
    counts = reloaded(stored(9, terms_version=3, topics_version=9, listings=4, docs=4, mentions=4))
    apply(counts, 9, [listing(x=1, topics={"T": 1})])
    change = counts.take_change(9)
    assert (change.totals, change.topics.buckets) == ([], [])
    assert rows_of(change.terms) == {(MONDAY, "x"): (5, 5)}


def test_only_stored_buckets_that_are_not_held_are_missing() -> None:
    counts = ShardCounts(DAY, [MONDAY])
    assert counts.missing(KEYS) == {MONDAY}
    counts.put(MONDAY, Bucket())
    assert counts.missing(KEYS) == set()


def flushed(*messages: list[tuple[int, Analysis]]) -> ShardCounts:
    """Counts after a flush of these messages, used by none since."""
    counts = ShardCounts(DAY, ())
    for offset, message in enumerate(messages):
        apply(counts, offset, message)
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
    apply(counts, 1, [listing(x=1)])
    counts.take_change(1)
    counts.shrink(0)
    assert counts.missing(KEYS) == {TUESDAY}


def test_shrink_keeps_what_changed_since_the_last_flush_was_taken() -> None:
    counts = flushed([listing(x=1)])
    apply(counts, 1, [listing(x=1)])
    counts.shrink(0)
    counts.shrink(0)
    assert counts.missing(KEYS) == set()
    assert rows_of(counts.take_change(1).terms) == {(MONDAY, "x"): (2, 2)}


def test_shrink_keeps_all_within_capacity() -> None:
    counts = flushed([listing(x=1, y=1, topics={"T": 1})])
    counts.shrink(3)
    assert len(counts) == 3
