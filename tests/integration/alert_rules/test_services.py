"""The alerter, its notifiers and the ranker are at work."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.integration.alert_rules.times import (
    ALERTER,
    HALF_AN_HOUR,
    HOUR,
    LAST_HOUR,
    MINUTE,
    NOTIFIER,
    NOW,
    RANKER,
)
from tests.support.grafana_rules import RuleSimulator
from tests.support.observed import (
    Observed,
    Sampled,
    alert,
    moments,
    rule,
)
from trends.store.alerts_deliveries import Status


@pytest.mark.parametrize(("minutes", "fires"), [(11, False), (13, True)])
def test_ten_minutes_without_a_look(store: Observed, minutes: int, fires: bool) -> None:
    store.sample([Sampled(at) for at in LAST_HOUR])
    store.evaluated(moments(NOW - HOUR, NOW - minutes * MINUTE))
    assert store.judged(ALERTER, HALF_AN_HOUR).fires is fires


def test_heartbeats_of_a_quiet_weekend_are_looks(store: Observed) -> None:
    store.sample([Sampled(at) for at in LAST_HOUR])
    store.evaluated([NOW - 5 * HOUR], horizon="day")
    store.evaluated(LAST_HOUR)
    assert store.judged(ALERTER, HALF_AN_HOUR).told == []


def test_while_nothing_is_counted_another_rule_tells(store: Observed) -> None:
    store.sample([Sampled(NOW - HOUR)])
    store.evaluated([NOW - HOUR])
    assert store.judged(ALERTER, HALF_AN_HOUR).told == []


def test_half_an_hour_of_tries(store: Observed) -> None:
    change = store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
    store.told(change, NOW - HOUR, notifier="mail")
    store.told(change, NOW - MINUTE, Status.RETRYING, "hook", attempts=9)
    simulator = store.judged(NOTIFIER, LAST_HOUR)
    (told,) = simulator.told
    assert dict(told.labels) == {"notifier": "hook"}
    assert told.at == NOW - HOUR + 31 * MINUTE
    store.told(change, NOW, Status.DELIVERED, "hook", attempts=10)
    store.judged(NOTIFIER, moments(NOW, NOW + 5 * MINUTE), simulator)
    assert [told.fires for told in simulator.told] == [True, False]


@pytest.mark.parametrize("status", [Status.REFUSED, Status.SILENCED, Status.SKIPPED])
def test_what_is_over_is_not_owed(store: Observed, status: Status) -> None:
    change = store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
    store.told(change, NOW - HOUR, status)
    assert store.judged(NOTIFIER, LAST_HOUR).told == []


def rank(store: Observed, at: datetime, listings: int) -> None:
    names = ["kind", "ordering", "span", "last_day", "rank", "listings", "computed_at"]
    row = ["term", "docs", 1, NOW.date(), 0, listings, at]
    store.writer.insert("rankings", [row], column_names=names)


def count(store: Observed, listings: int, version: int) -> None:
    names = ["shard", "resolution", "bucket", "listings", "version"]
    day = NOW.replace(hour=0, minute=0)
    row = ["listings/first/0", "1d", day, listings, version]
    store.writer.insert("bucket_totals", [row], column_names=names)


def test_listings_come_and_nobody_ranks(store: Observed) -> None:
    count(store, 100, 1)
    rank(store, NOW - 3 * HOUR, 100)
    simulator = store.judged(RANKER, moments(NOW - 2 * HOUR, NOW - HOUR))
    assert simulator.told == [], "nothing came, so nothing is to be ranked"
    count(store, 101, 2)
    store.judged(RANKER, moments(NOW - HOUR, NOW), simulator)
    assert [told.at for told in simulator.told] == [NOW - HOUR + 30 * MINUTE]
    rank(store, NOW, 101)
    store.judged(RANKER, [NOW + MINUTE], simulator)
    assert not simulator.fires


def test_a_stream_that_is_always_a_little_ahead(store: Observed) -> None:
    simulator = RuleSimulator(rule(RANKER))
    for number, at in enumerate(LAST_HOUR):
        count(store, 1_000 + number, number + 1)
        if number % 10 == 0:
            rank(store, at, 1_000 + number - 1)
        store.judged(RANKER, [at], simulator)
    assert (simulator.told, simulator.changes) == ([], 0)
