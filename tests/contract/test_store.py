"""What every store promises the processor. Exact counts rest on these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.flushes import (
    DAY,
    FIVE_MINUTES,
    HOUR,
    NOON,
    NOON_S,
    Batch,
    listing,
    shard,
)
from tests.contract.stores import STORES
from tests.support.batches import held
from trends.counting.buckets import BucketKey
from trends.counting.seen import Occurrence
from trends.model import Position
from trends.processor.flush import write_flush
from trends.store.interface import Checkpoint, Store, StoredText
from trends.wire.partition import home_partition

SHARD = shard().name
OTHER = shard(topic_id="id2").name


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, of each implementation in turn."""
    with STORES[request.param](request) as opened:
        yield opened


def write(store: Store, *batches: Batch) -> None:
    write_flush(store, [batch.flush() for batch in batches], NOON)


def total(store: Store, name: str = SHARD, key: BucketKey = DAY) -> tuple[int, int]:
    """A bucket's listings and version."""
    bucket = store.load_buckets(name, [key])[key]
    return bucket.listings, bucket.version


def terms(
    store: Store, *names: str, shard: str = SHARD, key: BucketKey = DAY
) -> dict[str, tuple[int, int]]:
    """Docs and mentions per term of a bucket, which holds ``names``."""
    return held(store.load_buckets(shard, [key])[key].terms, names)


# -- checkpoints ------------------------------------------------------------------------------


def test_a_shard_without_a_flush_has_no_checkpoint(store: Store) -> None:
    store.open_shard(shard(), NOON)
    assert store.checkpoint(SHARD) is None


def test_a_checkpoint_comes_back_as_it_was_written(store: Store) -> None:
    written = Checkpoint(SHARD, 41, 1, 2, 3, 4, NOON_S, 6, 7)
    store.write_checkpoints([written, replace(written, shard=OTHER, version=0)], NOON)
    assert store.checkpoint(SHARD) == written
    assert store.checkpoint(OTHER) == replace(written, shard=OTHER, version=0)


def test_a_checkpoint_never_goes_back(store: Store) -> None:
    for version in (5, 9, 7):
        store.write_checkpoints([Checkpoint(SHARD, version, accepted=version)], NOON)
    assert store.checkpoint(SHARD) == Checkpoint(SHARD, 9, accepted=9)


# -- counts -----------------------------------------------------------------------------------


def test_a_bucket_without_rows_is_empty(store: Store) -> None:
    assert total(store) == (0, -1)
    bucket = store.load_buckets(SHARD, [DAY])[DAY]
    assert (len(bucket), bucket.terms.version, bucket.topics.version) == (0, -1, -1)


def test_no_buckets_are_asked_for_and_none_come(store: Store) -> None:
    assert store.load_buckets(SHARD, []) == {}


def test_counts_come_back_as_they_were_written(store: Store) -> None:
    write(
        store,
        Batch(
            version=3,
            totals={DAY: 2, HOUR: 2},
            terms={DAY: {"x": (2, 5), "标题 🙂": (1, 1)}, HOUR: {"x": (2, 2)}},
            topics={DAY: {"Topic, with 'quotes'": (1, 4)}},
        ),
    )
    buckets = store.load_buckets(SHARD, [DAY, HOUR, FIVE_MINUTES])
    assert set(buckets) == {DAY, HOUR, FIVE_MINUTES}
    assert (buckets[DAY].listings, buckets[DAY].version) == (2, 3)
    assert terms(store, "x", "标题 🙂") == {"x": (2, 5), "标题 🙂": (1, 1)}
    assert terms(store, "x", key=HOUR) == {"x": (2, 2)}
    assert buckets[DAY].terms.version == buckets[HOUR].terms.version == 3
    topic = "Topic, with 'quotes'"
    assert held(buckets[DAY].topics, [topic]) == {topic: (1, 4)}
    assert (len(buckets[HOUR].topics), buckets[HOUR].topics.version) == (0, -1)
    assert buckets[FIVE_MINUTES].listings == 0


def test_the_greatest_version_of_a_row_wins_whatever_comes_last(store: Store) -> None:
    for version, count in ((2, 1), (9, 3), (5, 2)):
        write(
            store, Batch(version=version, totals={DAY: count}, terms={DAY: {"x": (count, count)}})
        )
    assert total(store) == (3, 9)
    assert terms(store, "x") == {"x": (3, 3)}


def test_rows_that_a_flush_leaves_out_stay(store: Store) -> None:
    write(store, Batch(version=1, totals={DAY: 1}, terms={DAY: {"x": (1, 1), "y": (1, 1)}}))
    write(store, Batch(version=2, totals={DAY: 2}, terms={DAY: {"y": (2, 3)}}))
    assert terms(store, "x", "y") == {"x": (1, 1), "y": (2, 3)}


def test_the_version_of_a_bucket_is_the_greatest_of_its_rows(store: Store) -> None:
    write(store, Batch(version=4, terms={DAY: {"x": (1, 1), "y": (1, 1)}}))
    write(store, Batch(version=7, terms={DAY: {"x": (2, 2)}}))
    bucket = store.load_buckets(SHARD, [DAY])[DAY]
    assert (bucket.terms.version, bucket.topics.version, bucket.version) == (7, -1, -1)


def test_a_flush_written_again_changes_nothing(store: Store) -> None:
    batch = Batch(version=3, totals={DAY: 2}, terms={DAY: {"x": (2, 5)}})
    batch.listings = [(listing("a"), 3, 0)]
    write(store, batch)
    write(store, batch)
    assert (total(store), terms(store, "x")) == ((2, 3), {"x": (2, 5)})
    assert len(store.find(["a"])) == 1
    assert store.seen(0, 1, 10) == (store.find(["a"]), None)


def test_shards_do_not_see_each_others_counts(store: Store) -> None:
    write(
        store,
        Batch(version=1, totals={DAY: 1}, terms={DAY: {"x": (1, 1)}}),
        Batch(shard=OTHER, version=8, totals={DAY: 5, HOUR: 5}, terms={DAY: {"x": (5, 5)}}),
    )
    assert (total(store), terms(store, "x")) == ((1, 1), {"x": (1, 1)})
    assert (total(store, OTHER), terms(store, "x", shard=OTHER)) == ((5, 8), {"x": (5, 5)})
    assert store.stored_buckets(SHARD) == {DAY}
    assert store.stored_buckets(OTHER) == {DAY, HOUR}


def test_every_bucket_with_a_total_is_a_stored_bucket(store: Store) -> None:
    assert store.stored_buckets(SHARD) == set()
    write(store, Batch(totals={DAY: 1, HOUR: 1, FIVE_MINUTES: 1}))
    assert store.stored_buckets(SHARD) == {DAY, HOUR, FIVE_MINUTES}


# -- listings ---------------------------------------------------------------------------------


def test_an_occurrence_is_found_by_its_id(store: Store) -> None:
    write(store, Batch(listings=[(listing("a"), 7, 2), (listing("b"), 8, 0)]))
    assert store.find(["a", "no such id"]) == [Occurrence("a", Position(SHARD, 7, 2), NOON_S + 7)]
    assert store.find([]) == []


def test_all_occurrences_of_an_id_are_found_in_all_shards(store: Store) -> None:
    write(
        store,
        Batch(listings=[(listing("a"), 0, 0), (listing("a", NOON - timedelta(days=200)), 9, 1)]),
        Batch(shard=OTHER, listings=[(listing("a"), 0, 0)]),
    )
    positions = {(o.position, o.arrived_s) for o in store.find(["a"])}
    assert positions == {
        (Position(SHARD, 0, 0), NOON_S),
        (Position(SHARD, 9, 1), NOON_S + 9),
        (Position(OTHER, 0, 0), NOON_S),
    }


@pytest.mark.parametrize(
    "odd", ["it's", 'quo"te', "back\\slash", "tab\t", "标题", "🙂", "{x:String}"]
)
def test_any_text_is_an_id(store: Store, odd: str) -> None:
    write(store, Batch(listings=[(listing(odd), 0, 0)]))
    assert [occurrence.id for occurrence in store.find([odd])] == [odd]


def test_thousands_of_ids_are_found_at_once(store: Store) -> None:
    ids = [f"arxiv:2503.{number:05}" for number in range(5_000)]
    write(store, Batch(listings=[(listing(name), 0, line) for line, name in enumerate(ids)]))
    assert {occurrence.id for occurrence in store.find(ids)} == set(ids)


def test_seen_gives_the_ids_whose_home_is_the_partition(store: Store) -> None:
    ids = [f"id{number}" for number in range(20)]
    write(store, Batch(listings=[(listing(name), 0, line) for line, name in enumerate(ids)]))
    for home in range(3):
        occurrences, known_from_s = store.seen(home, 3, 100)
        assert {o.id for o in occurrences} == {
            name for name in ids if home_partition(name, 3) == home
        }
        assert known_from_s is None


def arrivals(store: Store, offsets: Sequence[int]) -> None:
    """One listing per offset, which is also its arrival after noon."""
    write(store, Batch(listings=[(listing(f"id{n}"), o, n) for n, o in enumerate(offsets)]))


def test_seen_gives_the_newest_up_to_the_limit(store: Store) -> None:
    arrivals(store, [30, 10, 40, 20])
    occurrences, known_from_s = store.seen(0, 1, 3)
    assert {o.arrived_s - NOON_S for o in occurrences} == {20, 30, 40}
    assert known_from_s is not None
    assert 20 < known_from_s - NOON_S <= 30 or known_from_s - NOON_S == 20


def test_seen_is_complete_at_exactly_the_limit(store: Store) -> None:
    arrivals(store, [10, 20])
    assert store.seen(0, 1, 2)[1] is None
    assert store.seen(0, 1, 1)[1] is not None


def test_seen_does_not_claim_to_know_a_second_that_the_limit_cuts_in_two(store: Store) -> None:
    arrivals(store, [10, 10, 10, 20])
    _, known_from_s = store.seen(0, 1, 2)
    assert known_from_s is not None
    assert known_from_s > NOON_S + 10


def test_listings_after_a_version_come_by_position(store: Store) -> None:
    rows = [(2, 0), (10, 1), (10, 0), (9, 3), (1, 0)]
    batch = Batch(
        listings=[
            (
                listing(f"{offset}.{line}", title=f"T{offset}.{line}", text="two\nlines"),
                offset,
                line,
            )
            for offset, line in rows
        ]
    )
    write(store, batch, Batch(shard=OTHER, listings=[(listing("x"), 5, 0)]))
    assert list(store.listings_after(SHARD, 2)) == [
        StoredText(Position(SHARD, offset, line), NOON_S, f"T{offset}.{line}", "two\nlines")
        for offset, line in [(9, 3), (10, 0), (10, 1)]
    ]
    assert len(list(store.listings_after(SHARD, -1))) == 5
    assert list(store.listings_after(SHARD, 10)) == []


def test_listings_after_a_flush_written_twice_come_once(store: Store) -> None:
    batch = Batch(listings=[(listing("a"), 1, 0)])
    write(store, batch)
    write(store, batch)
    assert len(list(store.listings_after(SHARD, 0))) == 1


def test_forwards_are_known_by_their_position(store: Store) -> None:
    batch = Batch(forwards=[(listing("a"), 1, 0), (listing("b"), 2, 7), (listing("b"), 10, 0)])
    write(store, batch, Batch(shard=OTHER, forwards=[(listing("a"), 5, 0)]))
    write(store, batch)
    assert store.forwards_after(SHARD, 1) == {Position(SHARD, 2, 7), Position(SHARD, 10, 0)}
    assert len(store.forwards_after(SHARD, -1)) == 3
    assert store.forwards_after(SHARD, 10) == set()
    assert store.find(["a", "b"]) == []


# -- shards of lost logs ----------------------------------------------------------------------


def test_a_shard_with_listings_beyond_its_checkpoint_is_unfinished(store: Store) -> None:
    for info in (shard(), shard(topic_id="id2")):
        store.open_shard(info, NOON)
    batch = Batch(version=4, listings=[(listing("a"), 4, 0)])
    write(store, batch)
    assert store.unfinished_shards("listings", "id9") == []
    store.write_listings([Batch(listings=[(listing("b"), 5, 0)]).flush()])
    assert store.unfinished_shards("listings", "id9") == [shard()]


def test_a_shard_with_listings_and_no_checkpoint_is_unfinished(store: Store) -> None:
    info = shard(partition=2, partitions=3)
    store.open_shard(info, NOON)
    store.write_listings([Batch(shard=info.name, listings=[(listing("a"), 0, 0)]).flush()])
    assert store.unfinished_shards("listings", "id9") == [info]


def test_shards_of_the_present_log_or_another_topic_are_not_unfinished(store: Store) -> None:
    elsewhere = replace(shard(topic_id="id3"), topic="jobs")
    for info in (shard(), elsewhere):
        store.open_shard(info, NOON)
        store.write_listings([Batch(shard=info.name, listings=[(listing("a"), 0, 0)]).flush()])
    assert store.unfinished_shards("listings", "id1") == []


def test_a_shard_opened_again_with_more_partitions_is_known_by_the_later(store: Store) -> None:
    store.open_shard(shard(partitions=1), NOON)
    store.open_shard(shard(partitions=4), NOON + timedelta(seconds=1))
    store.write_listings([Batch(listings=[(listing("a"), 0, 0)]).flush()])
    assert store.unfinished_shards("listings", "id9") == [shard(partitions=4)]


# -- the rest ---------------------------------------------------------------------------------


def test_a_flush_of_every_kind_of_row_can_be_written_and_repeated(store: Store) -> None:
    full = replace(
        listing("a", source="s", text="x", url="u", organization="o", language="en"),
        published_at=NOON.replace(year=1900),
        authors=("A", "B"),
        author_count=-1,
        upvotes=3,
        tags=("t",),
        extra={"n": [1, {"é": None}]},
    )
    batch = Batch(
        listings=[(full, 0, 0)],
        sightings=[(full, 1, 0), (listing("a"), 2, 0)],
        dead=[(0, 1, b"\xff\x00{"), (3, 0, b"")],
    )
    write(store, batch)
    write(store, batch)
    assert len(store.find(["a"])) == 1


def test_an_empty_flush_only_moves_the_checkpoint(store: Store) -> None:
    write(store, Batch(version=12))
    assert store.checkpoint(SHARD) == Checkpoint(SHARD, 12, watermark_s=NOON_S)
    assert store.stored_buckets(SHARD) == set()
