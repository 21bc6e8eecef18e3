"""The store in memory keeps what the contract does not ask for, but tests look at."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.processor.shards import NOW, line, memory_store, opened, take
from trends.processor.flush import write_flush
from trends.store.interface import ShardInfo
from trends.wire.partition import home_partition

# Each at home in another of two partitions.
FIRST, SECOND = sorted("ad", key=lambda name: home_partition(name, 2))


def test_a_dead_letter_keeps_the_moment_it_was_first_recorded() -> None:
    store = memory_store()
    for later in range(2):
        shard = opened(store)
        shard.process(0, b"bad", NOW, NOW + timedelta(hours=later))
        store.write_dead_letters(shard.take_flush().dead_letters)
    assert [letter.recorded_at for letter in store.dead_letters.values()] == [NOW]


def test_rows_of_several_shards_are_written_at_once() -> None:
    store = memory_store()
    flushes = []
    for partition, name in ((0, FIRST), (1, SECOND)):
        shard = opened(store, ShardInfo("listings", "id1", partition, 2))
        take(shard, line(name))
        flushes.append(shard.take_flush())
    write_flush(store, flushes, NOW)
    assert set(store.checkpoints) == {"listings/id1/0", "listings/id1/1"}
    assert {name for name, _ in store.listings} == {FIRST, SECOND}
