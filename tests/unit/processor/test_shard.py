"""What becomes of the lines of a partition: accepted, duplicate, elsewhere or dead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.processor.shards import (
    INFO,
    LIMITS,
    NOW,
    flush,
    line,
    memory_store,
    opened,
    stored_ids,
    take,
)
from trends.counting.buckets import BucketKey
from trends.counting.counts import Bucket
from trends.errors import Fatal, Unavailable
from trends.processor.flood import FloodGuard
from trends.processor.shard import RAW_KEPT_BYTES
from trends.store.memory import MemoryStore
from trends.wire.partition import home_partition

DAY = BucketKey(86_400, int(NOW.timestamp()) - 12 * 3_600)


def test_a_new_shard_begins_at_the_start_of_the_log() -> None:
    shard = opened(memory_store())
    assert shard.next_offset == 0
    assert not shard.has_progress
    assert shard.pending == 0


def test_every_line_of_a_message_is_taken() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, b"\n".join([line("a"), line("b"), line("c")]))
    taken = flush(store, shard)
    assert stored_ids(store) == ["a", "b", "c"]
    assert (taken.checkpoint.version, taken.checkpoint.accepted) == (0, 3)
    assert store.totals[INFO.name, DAY] == (0, 3)


def test_an_id_counts_once_and_its_first_listing_counts() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a", "alpha"), line("a", "beta"))
    taken = flush(store, shard)
    assert [row.listing.title for row in taken.listings] == ["alpha"]
    assert [row.listing.title for row in taken.sightings] == ["beta"]
    assert taken.checkpoint.duplicates == 1
    assert {name for _, _, name in store.terms} == {"alpha"}


def test_an_id_counts_once_within_a_message() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a") + b"\n" + line("a"))
    assert flush(store, shard).checkpoint.accepted == 1


def test_an_id_counts_again_beyond_the_horizon_of_its_arrival() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"))
    take(shard, line("a"), days_later=90)
    take(shard, line("a"), days_later=90.001)
    flush(store, shard)
    assert [row.position.offset for row in store.listings.values()] == [0, 2]


def test_an_id_counts_once_over_restarts_and_evictions() -> None:
    store = memory_store()
    tiny = replace(LIMITS, seen_capacity=1, counts_capacity=0)
    for names in ("abc", "bcd", "aae"):
        shard = opened(store, limits=tiny)
        for name in names:
            take(shard, line(name))
            flush(store, shard)
    assert stored_ids(store) == ["a", "b", "c", "d", "e"]
    assert store.totals[INFO.name, DAY] == (8, 5)


def test_an_id_counts_once_over_incarnations_of_the_topic() -> None:
    store = memory_store()
    for topic_id in ("id1", "id2"):
        shard = opened(store, replace(INFO, topic_id=topic_id))
        take(shard, line("a"))
        flush(store, shard)
    assert len(store.listings) == len(store.sightings) == 1


def test_an_event_falls_in_the_bucket_of_its_time_however_late() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"), line("b", at=NOW - timedelta(days=400)))
    flush(store, shard)
    late = BucketKey(86_400, DAY.bucket_s - 400 * 86_400)
    assert store.totals[INFO.name, late] == (1, 1)
    assert store.checkpoints[INFO.name].late == 1
    assert store.checkpoints[INFO.name].lateness_max_s == 400 * 86_400


def test_an_offset_that_was_taken_before_changes_nothing() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"))
    shard.process(0, line("b"), NOW, NOW)
    assert shard.next_offset == 1
    flush(store, shard)
    assert stored_ids(store) == ["a"]


def test_offsets_may_have_gaps() -> None:
    store = memory_store()
    shard = opened(store)
    shard.process(17, line("a"), NOW, NOW)
    flush(store, shard)
    assert opened(store).next_offset == 18


def test_a_bad_line_is_a_dead_letter_and_its_neighbours_count() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, b"\n".join([line("a"), b'{"title": "no time"}', line("b")]))
    (letter,) = flush(store, shard).dead_letters
    assert (letter.origin, letter.offset, letter.line) == (INFO.name, 0, 1)
    assert (letter.code, letter.raw, letter.cut) == ("missing_time", b'{"title": "no time"}', False)
    assert letter.recorded_at == NOW
    assert stored_ids(store) == ["a", "b"]


def test_a_message_without_a_value_is_a_dead_letter() -> None:
    shard = opened(memory_store())
    take(shard, None)
    assert [letter.code for letter in shard.take_flush().dead_letters] == ["empty_message"]


def test_a_dead_letter_keeps_a_limited_number_of_bytes_and_says_so() -> None:
    shard = opened(memory_store())
    take(shard, b"x" * RAW_KEPT_BYTES, b"x" * (RAW_KEPT_BYTES + 1))
    whole, cut = shard.take_flush().dead_letters
    assert (len(whole.raw), whole.cut) == (RAW_KEPT_BYTES, False)
    assert (len(cut.raw), cut.cut) == (RAW_KEPT_BYTES, True)


def test_a_flood_of_bad_lines_stops_before_the_message_is_taken() -> None:
    shard = opened(memory_store(), flood=FloodGuard(window=10, share=0.2))
    take(shard, b"bad", b"bad")
    with pytest.raises(Fatal, match="flood"):
        take(shard, b"bad")
    assert shard.next_offset == 2


def test_a_listing_of_another_partition_waits_to_be_sent_there() -> None:
    foreign = next(name for name in "abcdefgh" if home_partition(name, 2) == 1)
    store = memory_store()
    shard = opened(store, replace(INFO, partitions=2))
    take(shard, line(foreign))
    assert [forward.listing.id for forward in shard.elsewhere] == [foreign]
    assert shard.pending == 1
    assert flush(store, shard).checkpoint.forwarded == 1
    assert shard.elsewhere == []
    assert store.listings == {}


def test_what_is_stored_as_counted_here_counts_here_after_the_topic_grew() -> None:
    moved = next(name for name in "abcdefgh" if home_partition(name, 2) == 1)
    store = memory_store()
    before = opened(store)
    take(before, line(moved))
    store.write_listings([before.take_flush()])  # and then the process died
    after = opened(store, replace(INFO, partitions=2))
    take(after, line(moved))
    assert after.elsewhere == []
    flush(store, after)
    assert store.totals[INFO.name, DAY] == (0, 1)


def test_what_is_stored_as_sent_elsewhere_is_sent_again_after_the_topic_grew() -> None:
    homes = {
        name: (home_partition(name, 2), home_partition(name, 3)) for name in map(str, range(99))
    }
    moved = next(name for name in homes if homes[name] == (1, 0))
    store = memory_store()
    before = opened(store, replace(INFO, partitions=2))
    take(before, line(moved))
    store.write_forwards([before.take_flush()])  # and then the process died
    after = opened(store, replace(INFO, partitions=3))
    take(after, line(moved))
    assert [row.listing.id for row in after.elsewhere] == [moved]
    assert flush(store, after).listings == []


def test_pending_counts_what_waits_for_a_flush() -> None:
    shard = opened(memory_store())
    take(shard, line("a"), line("a"), b"bad")
    assert shard.pending == 3
    shard.take_flush()
    assert shard.pending == 0
    assert not shard.has_progress


def test_a_message_of_nothing_new_still_moves_the_checkpoint() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"), line("a"))
    flush(store, shard)
    assert opened(store).next_offset == 2


class AwayStore(MemoryStore):
    """Cannot load buckets while ``away``."""

    away = False

    def load_buckets(self, shard: str, keys: Collection[BucketKey]) -> dict[BucketKey, Bucket]:
        if self.away:
            raise Unavailable("away")
        return super().load_buckets(shard, keys)


def test_a_message_is_not_taken_while_the_store_is_away_and_can_be_retried() -> None:
    store = AwayStore(home_partition)
    first = opened(store)
    take(first, line("a"))
    flush(store, first)
    shard = opened(store)
    store.away = True
    with pytest.raises(Unavailable):
        take(shard, line("b"))
    assert (shard.next_offset, shard.pending) == (1, 0)
    store.away = False
    take(shard, line("b"))
    flush(store, shard)
    assert store.totals[INFO.name, DAY] == (1, 2)


def test_totals_of_the_checkpoint_go_on_after_a_restart() -> None:
    store = memory_store()
    for _ in range(2):
        shard = opened(store)
        take(shard, line("a"), line("b"), b"bad")
        flush(store, shard)
    checkpoint = store.checkpoints[INFO.name]
    assert (checkpoint.accepted, checkpoint.duplicates, checkpoint.dead) == (2, 2, 2)
    assert checkpoint.watermark_s == int(NOW.timestamp())
