"""What a lost log left stored but not counted is counted by whoever opens a partition next."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.processor.shards import (
    ANALYSER,
    INFO,
    NOW,
    flush,
    line,
    memory_store,
    opened,
    take,
)
from trends.counting.buckets import RESOLUTIONS, BucketKey
from trends.processor.roll_forward import roll_forward
from trends.store.interface import Flush, ShardInfo
from trends.store.memory import MemoryStore

DAY = BucketKey(86_400, int(NOW.timestamp()) - 12 * 3_600)
HEIR = replace(INFO, topic_id="id2")


def left_behind(store: MemoryStore, info: ShardInfo = INFO) -> Flush:
    """A shard with one flush stored, and of the next its listings alone."""
    shard = opened(store, info)
    take(shard, line("a"))
    flush(store, shard)
    take(shard, line("b") + b"\n" + line("c"), line("d", "beta"))
    rest = shard.take_flush()
    store.write_listings([rest])
    return rest


def forward(store: MemoryStore, heir: ShardInfo = HEIR) -> int:
    return roll_forward(store, heir, ANALYSER, RESOLUTIONS, NOW)


def test_nothing_is_left_behind_by_a_finished_shard() -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"), b"bad")
    flush(store, shard)
    assert forward(store) == 0


def test_listings_beyond_the_checkpoint_are_counted() -> None:
    store = memory_store()
    left_behind(store)
    assert forward(store) == 3
    assert store.totals[INFO.name, DAY] == (2, 4)
    assert store.terms[INFO.name, DAY, "alpha"] == (2, 3, 3)
    assert store.topics[INFO.name, DAY, "Greek"] == (2, 4, 4)
    assert store.checkpoints[INFO.name].version == 2
    assert store.checkpoints[INFO.name].accepted == 4


def test_counts_of_which_a_part_is_stored_are_completed() -> None:
    store = memory_store()
    rest = left_behind(store)
    store.write_totals([rest])
    store.write_topics([rest])
    assert forward(store) == 3
    assert store.totals[INFO.name, DAY] == (2, 4)
    assert store.terms[INFO.name, DAY, "alpha"] == (2, 3, 3)


def test_a_second_time_there_is_nothing_to_do() -> None:
    store = memory_store()
    left_behind(store)
    forward(store)
    counted = dict(store.terms)
    assert forward(store) == 0
    assert store.terms == counted


def test_the_present_log_is_read_and_not_rolled_forward() -> None:
    store = memory_store()
    left_behind(store)
    assert forward(store, INFO) == 0


def test_each_shard_has_one_heir_whatever_the_number_of_partitions() -> None:
    store = memory_store()
    for partition in range(3):
        info = ShardInfo("listings", "id1", partition, 3)
        shard = opened(store, info)
        # Stored under any partition; only the position matters here.
        shard.process(0, None, NOW, NOW)
        rest = shard.take_flush()
        donor = opened(memory_store())
        take(donor, line(f"id{partition}"))
        row = donor.take_flush().listings[0]
        row = replace(row, position=replace(row.position, shard=info.name))
        store.write_listings([replace(rest, listings=[row])])
    heirs = [ShardInfo("listings", "id2", partition, 2) for partition in range(2)]
    assert [forward(store, heir) for heir in heirs] == [2, 1]
