"""Metrics of a processor agree with its checkpoints and its samples."""

from __future__ import annotations

from functools import partial

import pytest
from prometheus_client import CollectorRegistry

from tests.unit.processor.shards import INFO, NOW, line, memory_store, opened, take
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.metrics.meters import ProcessorMeters
from trends.processor.flush import write_flush
from trends.processor.measures import Measures, rows_of
from trends.store.interface import Checkpoint
from trends.store.samples import Sample


class Bench:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.clock = ManualClock(NOW)
        self.measures = Measures(ProcessorMeters(self.registry), self.clock)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def sample(position: int = 3, log_end: int = 10, **fields: int) -> Sample:
    return Sample(position, log_end, 2.5, Checkpoint("listings/id1/0", 2, **fields), 0, 0, 0)


def test_counters_grow_by_what_a_flush_adds_to_the_checkpoint(bench: Bench) -> None:
    store = memory_store()
    shard = opened(store)
    before = shard.checkpoint
    for messages in ([line("a"), line("b"), line("a")], [line("c"), b"no json"]):
        take(shard, *messages)
        taken = shard.take_flush()
        bench.measures.stored(INFO, before, taken)
        before = taken.checkpoint
    assert before.accepted == 3  # or the following says nothing
    for name, metric in (
        ("accepted", "trends_listings_accepted_total"),
        ("duplicates", "trends_listings_duplicate_total"),
        ("dead", "trends_dead_letters_total"),
        ("late", "trends_listings_late_total"),
        ("forwarded", "trends_listings_forwarded_total"),
    ):
        assert bench.value(metric, partition="0") == getattr(before, name), name


def test_a_processor_counts_from_0_where_an_earlier_one_stopped(bench: Bench) -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a"))
    write_flush(store, [shard.take_flush()], NOW)
    heir = opened(store)
    before = heir.checkpoint
    take(heir, line("b"))
    bench.measures.stored(INFO, before, heir.take_flush())
    assert bench.value("trends_listings_accepted_total", partition="0") == 1


def test_a_partition_that_is_opened_has_counters_at_0(bench: Bench) -> None:
    assert bench.value("trends_dead_letters_total", partition="0") is None
    bench.measures.opened(INFO)
    assert bench.value("trends_dead_letters_total", partition="0") == 0


def test_gauges_show_open_partitions_alone(bench: Bench) -> None:
    bench.measures.show({0: sample(), 1: sample(4)}, 17, NOW)
    assert bench.value("trends_consumer_lag_messages", partition="0") == 7
    assert bench.value("trends_consumer_lag_messages", partition="1") == 6
    assert bench.value("trends_behind_seconds", partition="1") == 2.5
    assert (bench.value("trends_open_shards"), bench.value("trends_pending_lines")) == (2, 17)
    bench.measures.show({1: sample()}, 0, NOW)
    for name in ("consumer_lag_messages", "behind_seconds", "watermark_timestamp_seconds"):
        assert bench.value(f"trends_{name}", partition="0") is None
        assert bench.value(f"trends_{name}", partition="1") is not None


def test_event_time_is_compared_with_the_clock(bench: Bench) -> None:
    now_s = int(NOW.timestamp())
    samples = {
        0: sample(watermark_s=now_s - 90, lateness_max_s=40),
        1: sample(),
        2: sample(watermark_s=now_s + 9),
    }
    bench.measures.show(samples, 0, NOW)
    lags = [bench.value("trends_event_time_lag_seconds", partition=each) for each in "012"]
    assert lags == [90, 0, 0]
    watermark = bench.value("trends_watermark_timestamp_seconds", partition="0")
    assert watermark == now_s - 90
    assert bench.value("trends_lateness_max_seconds", partition="0") == 40


def test_inserts_are_timed_by_table_and_those_without_rows_are_not(bench: Bench) -> None:
    for _ in range(2):
        with bench.measures.insert({"term_counts": 5, "forwards": 0}, "term_counts"):
            bench.clock.advance(0.5)
    with bench.measures.insert({"term_counts": 5, "forwards": 0}, "forwards"):
        pass
    assert bench.value("trends_insert_duration_seconds_sum", table="term_counts") == 1
    assert bench.value("trends_insert_duration_seconds_count", table="forwards") is None


def test_an_insert_that_fails_is_timed_too(bench: Bench) -> None:
    def fail() -> None:
        with bench.measures.insert({"term_counts": 5}, "term_counts"):
            bench.clock.advance(10)
            raise Unavailable("gone")

    with pytest.raises(Unavailable):
        fail()
    assert bench.value("trends_insert_duration_seconds_sum", table="term_counts") == 10


def test_rows_are_counted_by_table_and_every_step_of_a_flush_has_one(bench: Bench) -> None:
    store = memory_store()
    shard = opened(store)
    take(shard, line("a", "alpha beta"), line("a"), b"no json")
    taken = [shard.take_flush()]
    rows = rows_of(taken)
    write_flush(store, taken, NOW, partial(bench.measures.insert, rows))
    bench.measures.flushed(1.5, rows)
    names = [name for name in rows if rows[name]]
    assert (rows["listings_counted"], rows["sightings"], rows["dead_letters"]) == (1, 1, 1)
    assert rows["topic_counts"] == len(list(taken[0].counts.topics.rows()))
    assert rows["term_counts"] == len(list(taken[0].counts.terms.rows()))
    for table in names:
        assert bench.value("trends_insert_duration_seconds_count", table=table) == 1, table
        assert bench.value("trends_flush_rows_total", table=table) == rows[table]
    assert bench.value("trends_flush_duration_seconds_sum") == 1.5
