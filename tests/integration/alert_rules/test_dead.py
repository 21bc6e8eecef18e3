"""A share of what arrives cannot be read."""

from __future__ import annotations

import pytest

from tests.integration.alert_rules.times import (
    DEAD,
    HOUR,
    MINUTE,
    NOW,
)
from tests.support.observed import (
    Observed,
    Sampled,
    moments,
)


@pytest.mark.parametrize(
    ("lines", "dead", "fires"),
    [(1_000, 11, True), (1_000, 10, False), (100, 10, True), (100, 9, False), (10, 10, True)],
)
def test_more_than_one_in_a_hundred_and_ten_at_least(
    store: Observed, lines: int, dead: int, fires: bool
) -> None:
    store.sample([Sampled(NOW - HOUR, accepted=70_000, dead=40_000)])
    rest = lines - dead
    store.sample([Sampled(NOW, accepted=70_000 + rest, dead=40_000 + dead)])
    assert store.judged(DEAD, [NOW]).fires is fires


def test_a_restart_makes_no_difference(store: Observed) -> None:
    store.sample([Sampled(NOW - 10 * HOUR, accepted=5_000, dead=100)])
    store.sample([Sampled(NOW - MINUTE, accepted=5_050, dead=120, processor="two")])
    assert store.value(DEAD, NOW) == pytest.approx(20 / 70)


def test_a_first_sample_is_no_step(store: Observed) -> None:
    store.sample([Sampled(NOW - MINUTE, accepted=5_000, dead=900), Sampled(NOW, 5_001, dead=901)])
    assert store.value(DEAD, NOW) == 0


def test_a_burst_is_told_once(store: Observed) -> None:
    dead = [0] * 20 + [15] * 10 + [30] * 100
    rows = [
        Sampled(at, accepted=100 * number, dead=count)
        for number, (at, count) in enumerate(
            zip(moments(NOW - 129 * MINUTE, NOW), dead, strict=True)
        )
    ]
    store.sample(rows)
    simulator = store.judged(DEAD, moments(NOW - 115 * MINUTE, NOW))
    assert [told.fires for told in simulator.told] == [True, False]
