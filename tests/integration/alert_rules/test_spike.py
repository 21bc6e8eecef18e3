"""One Grafana alert per spike."""

from __future__ import annotations

from dataclasses import replace

from tests.integration.alert_rules.times import (
    HOUR,
    LAST_HOUR,
    MINUTE,
    NOW,
    SPIKE,
)
from tests.support.grafana_rules import State
from tests.support.observed import (
    Observed,
    alert,
    fired,
    moments,
    resolved,
    rule,
)
from trends.alerting.alert import State as AlertState
from trends.alerting.lifecycle import Step
from trends.grafana.alert_fields import columns


def test_it_fires_once_and_is_over_once(store: Observed) -> None:
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


def test_its_labels_explain_it(store: Observed) -> None:
    found = alert("agents", NOW - HOUR, docs=30, evidence=["agents-paper", "second"])
    store.change(found, None, NOW - HOUR)
    (told,) = store.judged(SPIKE, [NOW]).told
    labels = dict(told.labels)
    # What the lint of messages takes for its labels.
    assert [*labels, "firing"] == columns(rule(SPIKE)["data"][0]["model"]["rawSql"])
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
        "evidence_2": "About second",
        "evidence_url_2": "https://example.org/second",
        "evidence_3": "",
        "evidence_url_3": "",
    }


def test_a_spike_that_grows_stays_the_same_alert(store: Observed) -> None:
    small = alert("agents", NOW - HOUR)
    store.change(small, None, NOW - HOUR)
    simulator = store.judged(SPIKE, moments(NOW - HOUR, NOW - 30 * MINUTE))
    grown = alert("tools", NOW - HOUR, horizon="week", docs=99)
    grown = replace(grown, id=small.id, seq=2, state=AlertState.FIRING)
    store.ledger.commit(Step((grown,), (), (grown,)), lambda _: [], NOW - 30 * MINUTE)
    over = resolved(grown, NOW - 20 * MINUTE)
    store.change(over, AlertState.FIRING, NOW - 20 * MINUTE)
    store.judged(SPIKE, moments(NOW - 29 * MINUTE, NOW), simulator)
    assert [told.fires for told in simulator.told] == [True, False]
    assert len({told.labels for told in simulator.told}) == 1


def test_each_spike_is_an_alert_of_its_own(store: Observed) -> None:
    for name, ago in (("agents", 40), ("tools", 30), ("robots", 20)):
        store.change(alert(name, NOW - ago * MINUTE), None, NOW - ago * MINUTE)
    simulator = store.judged(SPIKE, LAST_HOUR[::5])
    assert [told.at for told in simulator.told] == [NOW - m * MINUTE for m in (40, 30, 20)]
    assert list(simulator.states.values()) == [State.ALERTING] * 3


def test_pending_and_silenced_ones_are_nobodys_business(store: Observed) -> None:
    store.change(alert("agents", NOW - HOUR, AlertState.PENDING), None, NOW - HOUR)
    store.writer.insert(
        "silences",
        [["s", "tools*", "", NOW + HOUR, "", NOW - 2 * HOUR, None, 0]],
        column_names=[
            *("id", "pattern", "rule", "until", "comment", "created_at", "ended_at", "state")
        ],
    )
    store.change(alert("tools", NOW - HOUR), None, NOW - HOUR)
    assert store.judged(SPIKE, LAST_HOUR[::5]).told == []


def test_names_and_titles_may_hold_anything(store: Observed) -> None:
    odd = alert('o\'neil \\ "q" {{ $x }}', NOW - HOUR, evidence=["é" * 500])
    store.change(odd, None, NOW - HOUR)
    (told,) = store.judged(SPIKE, [NOW]).told
    labels = dict(told.labels)
    assert labels["name"] == 'O\'Neil \\ "Q" {{ $X }}'
    assert len(labels["evidence"]) == 120


def test_an_outage_of_the_store_neither_ends_nor_repeats_it(store: Observed) -> None:
    store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
    simulator = store.judged(SPIKE, moments(NOW - HOUR, NOW - 50 * MINUTE))
    for at in moments(NOW - 49 * MINUTE, NOW - 20 * MINUTE):
        simulator.evaluate(at, OSError("connection refused"))
    store.judged(SPIKE, moments(NOW - 19 * MINUTE, NOW), simulator)
    assert [told.fires for told in simulator.told] == [True]
