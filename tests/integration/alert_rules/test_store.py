"""The store, or the processor, does not keep up: partitions not counted, flushes that take long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.alert_rules.times import (
    DAY,
    HALF_AN_HOUR,
    HOUR,
    LAST_HOUR,
    MINUTE,
    NOW,
    SLOW,
    STORE,
)
from tests.support.observed import (
    Observed,
    Sampled,
    moments,
)


@pytest.mark.parametrize(("minutes", "fires"), [(6, False), (8, True)])
def test_it_is_told_when_a_partition_is_silent(store: Observed, minutes: int, fires: bool) -> None:
    for number in range(2):
        store.shard(NOW - DAY, partition=number, partitions=2)
    store.sample([Sampled(at) for at in LAST_HOUR])
    silent_since = NOW - minutes * MINUTE
    until = moments(NOW - HOUR, silent_since)
    store.sample([Sampled(at, shard="listings/first/1") for at in until])
    simulator = store.judged(STORE, HALF_AN_HOUR)
    assert [told.fires for told in simulator.told] == ([True] if fires else [])


def test_a_topic_of_before_is_forgotten(store: Observed) -> None:
    store.shard(NOW - DAY)
    store.sample([Sampled(at) for at in moments(NOW - HOUR, NOW - 30 * MINUTE)])
    store.shard(NOW - 30 * MINUTE, topic_id="second")
    later = moments(NOW - 29 * MINUTE, NOW)
    store.sample([Sampled(at, shard="listings/second/0") for at in later])
    assert store.judged(STORE, HALF_AN_HOUR).told == []


def test_a_processor_that_dies_whenever_it_starts(store: Observed) -> None:
    store.shard(NOW - DAY)
    store.sample([Sampled(at) for at in moments(NOW - HOUR, NOW - 30 * MINUTE)])
    simulator = store.judged(STORE, moments(NOW - HOUR, NOW - 30 * MINUTE))
    for at in moments(NOW - 29 * MINUTE, NOW):
        store.shard(at, topic_id="second")
        store.judged(STORE, [at], simulator)
    assert [told.fires for told in simulator.told] == [True]


def test_a_partition_that_nobody_ever_opened(store: Observed) -> None:
    store.shard(NOW - 20 * MINUTE, partition=0, partitions=2)
    store.sample([Sampled(at) for at in moments(NOW - 20 * MINUTE, NOW)])
    assert [told.fires for told in store.judged(STORE, HALF_AN_HOUR).told] == [True]


def test_shards_of_a_time_before_there_were_samples(store: Observed) -> None:
    store.shard(NOW - DAY)
    assert store.judged(STORE, HALF_AN_HOUR).told == []


@pytest.mark.parametrize(("took_ms", "fires"), [(10_000, False), (10_001, True)])
def test_beyond_ten_seconds(store: Observed, took_ms: int, fires: bool) -> None:
    store.sample([Sampled(at, flushes=1, flush_ms_max=took_ms) for at in LAST_HOUR])
    assert store.judged(SLOW, HALF_AN_HOUR).fires is fires


def test_one_slow_flush_in_forty_is_none(store: Observed) -> None:
    every = moments(NOW - HOUR, NOW, timedelta(seconds=10))
    rows = [
        Sampled(at, flushes=1, flush_ms_max=60_000 if number % 40 == 0 else 100)
        for number, at in enumerate(every)
    ]
    store.sample(rows)
    assert store.judged(SLOW, HALF_AN_HOUR).told == []


def test_samples_without_a_flush_say_nothing(store: Observed) -> None:
    store.sample([Sampled(at) for at in LAST_HOUR])
    store.sample([Sampled(NOW - MINUTE, flushes=1, flush_ms_max=7_000)])
    assert store.value(SLOW, NOW) == 7
