"""How an open shard is doing, as samples tell it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.processor.shards import NOW, flush, line, memory_store, opened, take
from trends.errors import Fatal
from trends.processor.slot import FlushTimes, Slot


def slot_at_noon(log_end: int = 0) -> Slot:
    shard = opened(memory_store())
    return Slot(
        shard=shard,
        generation=1,
        opened_at=shard.next_offset,
        log_end=log_end,
        caught_up_at=NOW,
        stored=shard.checkpoint,
    )


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_shard_that_has_read_all_is_not_behind() -> None:
    slot = slot_at_noon()
    take(slot.shard, line("a"), line("b"))
    sample = slot.sample(2, NOW + after(500))
    assert (sample.position, sample.log_end, sample.behind_s) == (2, 2, 0)


def test_one_that_has_not_is_behind_by_the_age_of_what_it_took_last() -> None:
    slot = slot_at_noon()
    take(slot.shard, line("a"))
    slot.caught_up_at = NOW + after(60)
    sample = slot.sample(9, NOW + after(100))
    assert (sample.position, sample.log_end, sample.behind_s) == (1, 9, 40)


def test_before_it_took_anything_it_is_behind_since_it_was_opened() -> None:
    assert slot_at_noon(log_end=5).sample(None, NOW + after(7)).behind_s == 7


def test_a_message_from_the_future_is_not_behind() -> None:
    slot = slot_at_noon(log_end=5)
    slot.caught_up_at = NOW + after(3_600)
    assert slot.sample(None, NOW).behind_s == 0


def test_the_log_ends_where_the_shard_is_at_least() -> None:
    slot = slot_at_noon(log_end=1)
    take(slot.shard, line("a"), line("b"), line("c"))
    assert slot.sample(None, NOW).log_end == 3
    assert slot.sample(2, NOW).log_end == 3  # said before the last ones were read


def test_counters_are_those_in_the_store_and_not_those_in_memory() -> None:
    store = memory_store()
    shard = opened(store)
    slot = Slot(shard, 1, 0, 0, NOW, shard.checkpoint)
    take(shard, line("a"))
    assert slot.sample(None, NOW).stored.accepted == 0
    slot.stored = flush(store, shard).checkpoint
    assert slot.sample(None, NOW).stored.accepted == 1


def test_flushes_are_counted_and_can_be_given_back() -> None:
    slot = slot_at_noon()
    for took_ms in (10, 40, 20):
        slot.flush_times.add(took_ms)
    failed = slot.sample(None, NOW)
    assert (failed.flushes, failed.flush_ms_total, failed.flush_ms_max) == (3, 70, 40)
    slot.flush_times = FlushTimes()
    slot.flush_times.add(30)
    slot.flush_times.give_back(failed)
    assert slot.flush_times == FlushTimes(flushes=4, total_ms=100, max_ms=40)


def test_a_log_that_was_cut_off_is_told_from_one_that_is_read_again() -> None:
    slot = slot_at_noon(log_end=7)
    slot.opened_at = 5
    slot.check_replayed(3)
    slot.log_end = 4
    with pytest.raises(Fatal, match="Kafka lost its tail"):
        slot.check_replayed(3)
