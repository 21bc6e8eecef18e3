"""Each alert rule fires on a store that is broken in its way, and on no other; and never flaps.

The rules' own SQL runs as the read-only user; what Grafana makes of its answers is simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, cast

import pytest

from tests.support.grafana_rules import RuleSimulator, State
from tests.support.observed import (
    MINUTE,
    Observed,
    Sampled,
    alert,
    fired,
    moments,
    observed_store,
    resolved,
    rule,
    rule_query,
    rules,
)
from trends.alerting.alert import Alert
from trends.alerting.alert import State as AlertState
from trends.alerting.lifecycle import Step
from trends.clock import SystemClock
from trends.grafana.contract import contract_problems
from trends.grafana.panels import Contract
from trends.store.alerts_deliveries import Status

NOW = SystemClock().now().replace(second=0, microsecond=0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEP = timedelta(minutes=5)
SPIKE, INGEST, LAG = "trends-spike-firing", "trends-ingest-stalled", "trends-consumer-lag"
DEAD, STORE, SLOW = "trends-dead-letters", "trends-store-behind", "trends-store-slow"
ALERTER, NOTIFIER = "trends-alerter-silent", "trends-notifier-away"
RANKER = "trends-ranker-silent"
EVERY = (SPIKE, INGEST, LAG, DEAD, STORE, SLOW, ALERTER, NOTIFIER, RANKER)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    with observed_store(tmp_path_factory.mktemp("rules")) as store:
        yield store


@pytest.fixture
def store(whole: Observed) -> Observed:
    whole.clear()
    return whole


def fed(arrivals: list[bool], end: datetime = NOW, **more: Any) -> list[Sampled]:
    """A sample every five minutes up to ``end``; a listing came before some of them."""
    counts = accumulate(int(arrived) for arrived in arrivals)
    first = end - (len(arrivals) - 1) * STEP
    return [
        Sampled(at=first + number * STEP, accepted=1_000 + count, **more)
        for number, count in enumerate(counts)
    ]


def on_weekdays(days: int, until: datetime = NOW) -> list[bool]:
    """A feed that lists once a day, at eight in the evening, and not at weekends."""
    return [
        at.weekday() < 5 and (at.hour, at.minute // 5) == (20, 0)
        for at in moments(NOW - days * DAY, until, STEP)
    ]


def healthy(store: Observed) -> None:
    """A pipeline with two partitions that has nothing to complain of, for half an hour."""
    shards = [store.shard(NOW - DAY, partition=number, partitions=2) for number in range(2)]
    rows = [
        Sampled(
            at=at,
            accepted=1_000 + 10 * number,
            dead=3,
            behind_s=0.4,
            flushes=6,
            flush_ms_total=600,
            flush_ms_max=150,
        )
        for number, at in enumerate(moments(NOW - 2 * HOUR, NOW, timedelta(seconds=10)))
    ]
    for shard in shards:
        store.sample([replace(row, shard=shard) for row in rows])
    store.evaluated(moments(NOW - HOUR, NOW))


LAST_HOUR = moments(NOW - HOUR, NOW)


def test_every_rule_is_tested_here() -> None:
    assert set(rules()) == set(EVERY)


@pytest.mark.parametrize("uid", EVERY)
def test_in_an_empty_store_nothing_fires_and_nothing_changes(store: Observed, uid: str) -> None:
    simulator = store.judged(uid, moments(NOW - 10 * MINUTE, NOW))
    assert (simulator.told, simulator.changes) == ([], 0)
    assert list(simulator.states.values()) == [State.NORMAL]


@pytest.mark.parametrize("uid", EVERY)
def test_in_a_healthy_store_nothing_fires_and_nothing_changes(store: Observed, uid: str) -> None:
    healthy(store)
    simulator = store.judged(uid, LAST_HOUR)
    assert (simulator.told, simulator.changes) == ([], 0)


@pytest.mark.parametrize("uid", EVERY)
def test_an_answer_keeps_its_contract(store: Observed, uid: str) -> None:
    healthy(store)
    store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
    answer = store.answer(rule_query(rule(uid), NOW))
    assert answer.rows
    assert contract_problems(Contract.ALERT, answer.columns, answer.rows) == []


@pytest.mark.parametrize("uid", EVERY)
def test_a_store_that_does_not_answer_is_told_by_one_rule_alone(uid: str) -> None:
    simulator = RuleSimulator(rule(uid))
    for at in moments(NOW - 5 * MINUTE, NOW):
        simulator.evaluate(at, OSError("connection refused"))
    assert len(simulator.told) == (1 if uid == STORE else 0)


class TestSpike:
    """One Grafana alert per spike."""

    def test_it_fires_once_and_is_over_once(self, store: Observed) -> None:
        simulator = store.judged(SPIKE, moments(NOW - 30 * MINUTE, NOW - 21 * MINUTE))
        opened = alert("agents", NOW - 25 * MINUTE, AlertState.PENDING)
        store.change(opened, None, NOW - 25 * MINUTE)
        firing = fired(opened, NOW - 20 * MINUTE)
        store.change(firing, AlertState.PENDING, NOW - 20 * MINUTE)
        over = resolved(firing, NOW - 10 * MINUTE)
        store.change(over, AlertState.FIRING, NOW - 10 * MINUTE)
        store.judged(SPIKE, moments(NOW - 20 * MINUTE, NOW + 30 * MINUTE), simulator)
        assert [(told.fires, told.at) for told in simulator.told] == [
            (True, NOW - 20 * MINUTE),
            (False, NOW - 10 * MINUTE),
        ]
        assert list(simulator.states.values()) == [State.NORMAL], "the row of no name is back"

    def test_its_labels_explain_it(self, store: Observed) -> None:
        store.change(alert("agents", NOW - HOUR, docs=30), None, NOW - HOUR)
        (told,) = store.judged(SPIKE, [NOW]).told
        labels = dict(told.labels)
        assert labels.pop("alert").startswith("agents-")
        assert labels == {
            "name": "Agents",
            "kind": "term",
            "horizon": "day",
            "rule": "taking-off",
            "severity": "warning",
            "observed": "30",
            "usual": "7.5",
            "lift": "4",
            "evidence": "About agents-paper",
            "evidence_url": "https://example.org/agents-paper",
        }

    def test_a_spike_that_grows_stays_the_same_alert(self, store: Observed) -> None:
        small = alert("agents", NOW - HOUR)
        store.change(small, None, NOW - HOUR)
        simulator = store.judged(SPIKE, moments(NOW - HOUR, NOW - 30 * MINUTE))
        grown = alert("tools", NOW - HOUR, horizon="week", docs=99)
        grown = replace(grown, id=small.id, seq=2, state=AlertState.FIRING)
        store.ledger.commit(_update(grown), lambda _: [], NOW - 30 * MINUTE)
        over = resolved(grown, NOW - 20 * MINUTE)
        store.change(over, AlertState.FIRING, NOW - 20 * MINUTE)
        store.judged(SPIKE, moments(NOW - 29 * MINUTE, NOW), simulator)
        assert [told.fires for told in simulator.told] == [True, False]
        assert len({told.labels for told in simulator.told}) == 1

    def test_each_spike_is_an_alert_of_its_own(self, store: Observed) -> None:
        for name, ago in (("agents", 40), ("tools", 30), ("robots", 20)):
            store.change(alert(name, NOW - ago * MINUTE), None, NOW - ago * MINUTE)
        simulator = store.judged(SPIKE, LAST_HOUR)
        assert [told.at for told in simulator.told] == [NOW - m * MINUTE for m in (40, 30, 20)]
        assert list(simulator.states.values()) == [State.ALERTING] * 3

    def test_pending_and_silenced_ones_are_nobodys_business(self, store: Observed) -> None:
        store.change(alert("agents", NOW - HOUR, AlertState.PENDING), None, NOW - HOUR)
        store.writer.insert(
            "silences",
            [["s", "tools*", "", NOW + HOUR, "", NOW - 2 * HOUR, None, 0]],
            column_names=[
                *("id", "pattern", "rule", "until", "comment", "created_at", "ended_at", "state")
            ],
        )
        store.change(alert("tools", NOW - HOUR), None, NOW - HOUR)
        assert store.judged(SPIKE, LAST_HOUR).told == []

    def test_names_and_titles_may_hold_anything(self, store: Observed) -> None:
        odd = alert('o\'neil \\ "q" {{ $x }}', NOW - HOUR, evidence=["é" * 500])
        store.change(odd, None, NOW - HOUR)
        (told,) = store.judged(SPIKE, [NOW]).told
        labels = dict(told.labels)
        assert labels["name"] == 'O\'Neil \\ "Q" {{ $X }}'
        assert len(labels["evidence"]) == 120

    def test_an_outage_of_the_store_neither_ends_nor_repeats_it(self, store: Observed) -> None:
        store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
        simulator = store.judged(SPIKE, moments(NOW - HOUR, NOW - 50 * MINUTE))
        for at in moments(NOW - 49 * MINUTE, NOW - 20 * MINUTE):
            simulator.evaluate(at, OSError("connection refused"))
        store.judged(SPIKE, moments(NOW - 19 * MINUTE, NOW), simulator)
        assert [told.fires for told in simulator.told] == [True]


class TestIngestStalled:
    """A silence longer than this feed is ever silent."""

    def test_weekends_and_nights_of_a_daily_feed_are_none(self, store: Observed) -> None:
        store.sample(fed(on_weekdays(29)))
        simulator = store.judged(INGEST, moments(NOW - 7 * DAY, NOW, HOUR))
        assert (simulator.told, simulator.changes) == ([], 0)

    def test_a_daily_feed_that_stops_is_told_after_its_longest_weekend_and_a_half(
        self, store: Observed
    ) -> None:
        arrivals = on_weekdays(29)
        count = 6 * DAY // STEP
        store.sample(fed([*arrivals[:-count], *[False] * count]))
        last = max(
            at
            for at, arrived in zip(moments(NOW - 29 * DAY, NOW, STEP), arrivals, strict=True)
            if arrived and at <= NOW - 6 * DAY
        )
        simulator = store.judged(INGEST, moments(NOW - 6 * DAY, NOW, HOUR))
        (told,) = simulator.told
        assert told.fires
        allowed = 1.5 * 72 * HOUR
        assert last + allowed < told.at <= last + allowed + 1.5 * HOUR

    def test_a_busy_feed_is_told_of_after_half_an_hour(self, store: Observed) -> None:
        arrivals = [True] * (20 * 288) + [False] * 12 + [True] * 12
        store.sample(fed(arrivals))
        stopped = NOW - 24 * STEP
        simulator = store.judged(INGEST, moments(stopped, NOW))
        assert [told.fires for told in simulator.told] == [True, False]
        assert stopped + 30 * MINUTE < simulator.told[0].at <= stopped + 40 * MINUTE
        assert simulator.told[1].at <= stopped + 12 * STEP + STEP

    @pytest.mark.parametrize(("hours", "fires"), [(96, False), (97, True)])
    def test_a_young_feed_has_four_days(self, store: Observed, hours: int, fires: bool) -> None:
        store.sample(fed([*[True] * 288, *[False] * (hours * 12)]))
        assert store.judged(INGEST, [NOW]).fires is fires

    def test_that_nothing_ever_arrived_is_told_after_four_days(self, store: Observed) -> None:
        store.sample([replace(row, accepted=0) for row in fed([False] * (97 * 12))])
        assert not store.judged(INGEST, [NOW - 2 * HOUR]).fires
        assert store.judged(INGEST, [NOW]).fires

    def test_a_processor_that_was_down_says_nothing_about_the_feed(self, store: Observed) -> None:
        rows = fed([True] * (20 * 288))
        away = (NOW - 5 * DAY, NOW - 2 * DAY)
        store.sample([row for row in rows if not away[0] < row.at < away[1]])
        simulator = store.judged(INGEST, moments(NOW - 6 * DAY, NOW, HOUR))
        assert simulator.told == []
        # Nor does it make the rule patient with the next silence.
        store.clear()
        quiet = fed([*[True] * (20 * 288 - 9), *[False] * 9])
        store.sample([row for row in quiet if not away[0] < row.at < away[1]])
        assert store.judged(INGEST, [NOW]).fires

    def test_duplicates_and_dead_letters_are_arrivals(self, store: Observed) -> None:
        rows = fed([False] * (20 * 288))
        for field in ("duplicates", "dead", "forwarded"):
            store.clear()
            store.sample(
                [replace(row, **cast(dict[str, Any], {field: at})) for at, row in enumerate(rows)]
            )
            assert store.value(INGEST, NOW) == 0, field

    def test_a_restart_that_reads_again_is_no_arrival(self, store: Observed) -> None:
        rows = fed([*[True] * (20 * 288), *[False] * 12])
        again = [replace(row, accepted=row.accepted - 3) for row in rows[-6:-4]]
        store.sample([*rows[:-6], *again, *rows[-4:]])
        assert store.judged(INGEST, [NOW]).fires

    def test_a_silence_beyond_the_range_goes_on_being_told(self, store: Observed) -> None:
        store.sample(fed([False] * (29 * 288)))
        assert store.judged(INGEST, moments(NOW - HOUR, NOW)).fires


class TestConsumerLag:
    """Counts that are old."""

    @pytest.mark.parametrize(("behind_s", "fires"), [(300, False), (301, True)])
    def test_beyond_five_minutes_for_five_minutes(
        self, store: Observed, behind_s: int, fires: bool
    ) -> None:
        since = NOW - 20 * MINUTE
        store.sample([Sampled(at, behind_s=behind_s) for at in moments(since, NOW)])
        simulator = store.judged(LAG, LAST_HOUR)
        assert [told.at for told in simulator.told] == ([since + 5 * MINUTE] if fires else [])

    def test_a_short_delay_is_none(self, store: Observed) -> None:
        lags = [400 if 10 <= number < 14 else 1 for number in range(61)]
        pairs = zip(LAST_HOUR, lags, strict=True)
        store.sample([Sampled(at, behind_s=lag) for at, lag in pairs])
        assert store.judged(LAG, LAST_HOUR).told == []

    def test_a_lag_around_the_limit_is_told_once(self, store: Observed) -> None:
        lags = [350 if number % 3 else 250 for number in range(61)]
        lags[:20] = [350] * 20
        pairs = zip(LAST_HOUR, lags, strict=True)
        store.sample([Sampled(at, behind_s=lag) for at, lag in pairs])
        assert [told.fires for told in store.judged(LAG, LAST_HOUR).told] == [True]

    def test_the_worst_partition_counts_and_only_what_it_says_last(self, store: Observed) -> None:
        store.sample([Sampled(NOW - 2 * MINUTE, behind_s=900), Sampled(NOW, behind_s=2)])
        store.sample([Sampled(NOW - MINUTE, behind_s=500, shard="listings/first/1")])
        assert store.value(LAG, NOW) == 500


class TestDeadLetters:
    """A share of what arrives cannot be read."""

    @pytest.mark.parametrize(
        ("lines", "dead", "fires"),
        [(1_000, 11, True), (1_000, 10, False), (100, 10, True), (100, 9, False), (10, 10, True)],
    )
    def test_more_than_one_in_a_hundred_and_ten_at_least(
        self, store: Observed, lines: int, dead: int, fires: bool
    ) -> None:
        store.sample([Sampled(NOW - HOUR, accepted=70_000, dead=40_000)])
        rest = lines - dead
        store.sample([Sampled(NOW, accepted=70_000 + rest, dead=40_000 + dead)])
        assert store.judged(DEAD, [NOW]).fires is fires

    def test_a_restart_makes_no_difference(self, store: Observed) -> None:
        store.sample([Sampled(NOW - 10 * HOUR, accepted=5_000, dead=100)])
        store.sample([Sampled(NOW - MINUTE, accepted=5_050, dead=120, processor="two")])
        assert store.value(DEAD, NOW) == pytest.approx(20 / 70)

    def test_a_first_sample_is_no_step(self, store: Observed) -> None:
        store.sample(
            [Sampled(NOW - MINUTE, accepted=5_000, dead=900), Sampled(NOW, 5_001, dead=901)]
        )
        assert store.value(DEAD, NOW) == 0

    def test_a_burst_is_told_once(self, store: Observed) -> None:
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


class TestStoreBehind:
    """A partition that is not counted."""

    @pytest.mark.parametrize(("minutes", "fires"), [(6, False), (8, True)])
    def test_it_is_told_when_a_partition_is_silent(
        self, store: Observed, minutes: int, fires: bool
    ) -> None:
        for number in range(2):
            store.shard(NOW - DAY, partition=number, partitions=2)
        store.sample([Sampled(at) for at in LAST_HOUR])
        silent_since = NOW - minutes * MINUTE
        until = moments(NOW - HOUR, silent_since)
        store.sample([Sampled(at, shard="listings/first/1") for at in until])
        simulator = store.judged(STORE, LAST_HOUR)
        assert [told.fires for told in simulator.told] == ([True] if fires else [])

    def test_a_topic_of_before_is_forgotten(self, store: Observed) -> None:
        store.shard(NOW - DAY)
        store.sample([Sampled(at) for at in moments(NOW - HOUR, NOW - 30 * MINUTE)])
        store.shard(NOW - 30 * MINUTE, topic_id="second")
        later = moments(NOW - 29 * MINUTE, NOW)
        store.sample([Sampled(at, shard="listings/second/0") for at in later])
        assert store.judged(STORE, LAST_HOUR).told == []

    def test_a_processor_that_dies_whenever_it_starts(self, store: Observed) -> None:
        store.shard(NOW - DAY)
        store.sample([Sampled(at) for at in moments(NOW - HOUR, NOW - 30 * MINUTE)])
        simulator = store.judged(STORE, moments(NOW - HOUR, NOW - 30 * MINUTE))
        for at in moments(NOW - 29 * MINUTE, NOW):
            store.shard(at, topic_id="second")
            store.judged(STORE, [at], simulator)
        assert [told.fires for told in simulator.told] == [True]

    def test_a_partition_that_nobody_ever_opened(self, store: Observed) -> None:
        store.shard(NOW - 20 * MINUTE, partition=0, partitions=2)
        store.sample([Sampled(at) for at in moments(NOW - 20 * MINUTE, NOW)])
        assert [told.fires for told in store.judged(STORE, LAST_HOUR).told] == [True]

    def test_shards_of_a_time_before_there_were_samples(self, store: Observed) -> None:
        store.shard(NOW - DAY)
        assert store.judged(STORE, LAST_HOUR).told == []


class TestStoreSlow:
    """Flushes that take long."""

    @pytest.mark.parametrize(("took_ms", "fires"), [(10_000, False), (10_001, True)])
    def test_beyond_ten_seconds(self, store: Observed, took_ms: int, fires: bool) -> None:
        store.sample([Sampled(at, flushes=1, flush_ms_max=took_ms) for at in LAST_HOUR])
        assert store.judged(SLOW, LAST_HOUR).fires is fires

    def test_one_slow_flush_in_forty_is_none(self, store: Observed) -> None:
        every = moments(NOW - HOUR, NOW, timedelta(seconds=10))
        rows = [
            Sampled(at, flushes=1, flush_ms_max=60_000 if number % 40 == 0 else 100)
            for number, at in enumerate(every)
        ]
        store.sample(rows)
        assert store.judged(SLOW, LAST_HOUR).told == []

    def test_samples_without_a_flush_say_nothing(self, store: Observed) -> None:
        store.sample([Sampled(at) for at in LAST_HOUR])
        store.sample([Sampled(NOW - MINUTE, flushes=1, flush_ms_max=7_000)])
        assert store.value(SLOW, NOW) == 7


class TestAlerterSilent:
    """Nobody looks for spikes."""

    @pytest.mark.parametrize(("minutes", "fires"), [(11, False), (13, True)])
    def test_ten_minutes_without_a_look(self, store: Observed, minutes: int, fires: bool) -> None:
        store.sample([Sampled(at) for at in LAST_HOUR])
        store.evaluated(moments(NOW - HOUR, NOW - minutes * MINUTE))
        assert store.judged(ALERTER, LAST_HOUR).fires is fires

    def test_heartbeats_of_a_quiet_weekend_are_looks(self, store: Observed) -> None:
        store.sample([Sampled(at) for at in LAST_HOUR])
        store.evaluated([NOW - 5 * HOUR], horizon="day")
        store.evaluated(LAST_HOUR)
        assert store.judged(ALERTER, LAST_HOUR).told == []

    def test_while_nothing_is_counted_another_rule_tells(self, store: Observed) -> None:
        store.sample([Sampled(NOW - HOUR)])
        store.evaluated([NOW - HOUR])
        assert store.judged(ALERTER, LAST_HOUR).told == []


class TestNotifierAway:
    """Somebody who should have been told, and cannot be."""

    def test_half_an_hour_of_tries(self, store: Observed) -> None:
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
    def test_what_is_over_is_not_owed(self, store: Observed, status: Status) -> None:
        change = store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
        store.told(change, NOW - HOUR, status)
        assert store.judged(NOTIFIER, LAST_HOUR).told == []


class TestRankerSilent:
    """Rankings that are old although listings came."""

    def rank(self, store: Observed, at: datetime, listings: int) -> None:
        names = ["kind", "ordering", "span", "last_day", "rank", "listings", "computed_at"]
        row = ["term", "docs", 1, NOW.date(), 0, listings, at]
        store.writer.insert("rankings", [row], column_names=names)

    def count(self, store: Observed, listings: int, version: int) -> None:
        names = ["shard", "resolution", "bucket", "listings", "version"]
        day = NOW.replace(hour=0, minute=0)
        row = ["listings/first/0", "1d", day, listings, version]
        store.writer.insert("bucket_totals", [row], column_names=names)

    def test_listings_come_and_nobody_ranks(self, store: Observed) -> None:
        self.count(store, 100, 1)
        self.rank(store, NOW - 3 * HOUR, 100)
        simulator = store.judged(RANKER, moments(NOW - 2 * HOUR, NOW - HOUR))
        assert simulator.told == [], "nothing came, so nothing is to be ranked"
        self.count(store, 101, 2)
        store.judged(RANKER, moments(NOW - HOUR, NOW), simulator)
        assert [told.at for told in simulator.told] == [NOW - HOUR + 30 * MINUTE]
        self.rank(store, NOW, 101)
        store.judged(RANKER, [NOW + MINUTE], simulator)
        assert not simulator.fires

    def test_a_stream_that_is_always_a_little_ahead(self, store: Observed) -> None:
        simulator = RuleSimulator(rule(RANKER))
        for number, at in enumerate(LAST_HOUR):
            self.count(store, 1_000 + number, number + 1)
            if number % 10 == 0:
                self.rank(store, at, 1_000 + number - 1)
            store.judged(RANKER, [at], simulator)
        assert (simulator.told, simulator.changes) == ([], 0)


def _update(grown: Alert) -> Step:
    return Step((grown,), (), (grown,))
