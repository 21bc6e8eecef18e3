"""What holds for every alert rule: nothing without a reason, and nothing that flaps.

The rules' own SQL runs as the read-only user; what Grafana makes of its answers is simulated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.alert_rules.times import (
    DAY,
    EVERY,
    HOUR,
    LAST_HOUR,
    MINUTE,
    NOW,
    STORE,
)
from tests.support.grafana_rules import RuleSimulator, State
from tests.support.observed import (
    Observed,
    Sampled,
    alert,
    moments,
    rule,
    rule_query,
    rules,
)
from trends.grafana.contract import contract_problems
from trends.grafana.panels import Contract


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
    simulator = store.judged(uid, LAST_HOUR[::3])
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
