"""Counts that are old."""

from __future__ import annotations

import pytest

from tests.integration.alert_rules.times import (
    LAG,
    LAST_HOUR,
    MINUTE,
    NOW,
)
from tests.support.observed import (
    Observed,
    Sampled,
    moments,
)


@pytest.mark.parametrize(("behind_s", "fires"), [(300, False), (301, True)])
def test_beyond_five_minutes_for_five_minutes(store: Observed, behind_s: int, fires: bool) -> None:
    since = NOW - 20 * MINUTE
    store.sample([Sampled(at, behind_s=behind_s) for at in moments(since, NOW)])
    simulator = store.judged(LAG, LAST_HOUR)
    assert [told.at for told in simulator.told] == ([since + 5 * MINUTE] if fires else [])


def test_a_short_delay_is_none(store: Observed) -> None:
    lags = [400 if 10 <= number < 14 else 1 for number in range(61)]
    pairs = zip(LAST_HOUR, lags, strict=True)
    store.sample([Sampled(at, behind_s=lag) for at, lag in pairs])
    assert store.judged(LAG, LAST_HOUR).told == []


def test_a_lag_around_the_limit_is_told_once(store: Observed) -> None:
    lags = [350 if number % 3 else 250 for number in range(61)]
    lags[:20] = [350] * 20
    pairs = zip(LAST_HOUR, lags, strict=True)
    store.sample([Sampled(at, behind_s=lag) for at, lag in pairs])
    assert [told.fires for told in store.judged(LAG, LAST_HOUR).told] == [True]


def test_the_worst_partition_counts_and_only_what_it_says_last(store: Observed) -> None:
    store.sample([Sampled(NOW - 2 * MINUTE, behind_s=900), Sampled(NOW, behind_s=2)])
    store.sample([Sampled(NOW - MINUTE, behind_s=500, shard="listings/first/1")])
    assert store.value(LAG, NOW) == 500
