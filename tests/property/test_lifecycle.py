"""Whatever is found, in whatever order, with crashes anywhere: each change is told once."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.spikes import START, FakeRule, spike
from trends.alerting.alert import Alert, State, Transition, transition_json, transition_of
from trends.alerting.lifecycle import Found, Step, deadline, step
from trends.alerting.matching import belongs
from trends.detection.spike import Spike

RULES = (
    FakeRule("high", false_discovery_rate=0.01, min_lift=6),
    FakeRule("day", only=lambda found: found.horizon == "day", cool_down=timedelta(days=1)),
    FakeRule("usual"),
)
BY_NAME = {rule.name: rule for rule in RULES}

SPIKES = st.tuples(
    st.lists(st.sampled_from("abcde"), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from("uvwxyz"), max_size=4, unique=True),
    st.sampled_from([0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3]),
    st.sampled_from([2.0, 5.0, 6.0, 12.0, 24.0]),
    st.sampled_from(["hour", "day", "week"]),
    st.sampled_from([0, 0, 0, 1, 4]),
)
ROUNDS = st.lists(
    st.tuples(
        st.sampled_from([0.1, 1.0, 3.0, 24.0, 80.0, 200.0]),  # hours since the one before
        st.lists(SPIKES, max_size=5, unique_by=lambda given: (given[0][0], given[4], given[5])),
        st.booleans(),  # evaluated twice
        st.integers(0, 1 << 16),
    ),
    max_size=14,
)


class Store:
    """What a process would find again after a crash: whole commits, and nothing else."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.transitions: dict[str, bytes] = {}

    def read(self) -> tuple[list[Alert], list[Alert]]:
        alerts = list(self.alerts.values())
        return (
            [alert for alert in alerts if alert.state is not State.RESOLVED],
            [alert for alert in alerts if alert.state is State.RESOLVED],
        )

    def commit(self, taken: Step) -> None:
        for change in taken.transitions:
            self.transitions[change.id] = transition_json(change)
            self.alerts[change.alert.id] = change.alert
        for alert in taken.updated:
            self.alerts[alert.id] = alert


def _spikes(made: Sequence[tuple], now: datetime) -> list[Spike]:  # type: ignore[type-arg]
    return [
        spike(
            *names,
            evidence=evidence,
            q=q,
            lift=lift,
            horizon=horizon,
            at=now - timedelta(hours=ago),
        )
        for names, evidence, q, lift, horizon, ago in made
    ]


@settings(max_examples=300, deadline=None)
@given(ROUNDS)
def test_crashes_repeats_and_orders_change_nothing(rounds: list[tuple]) -> None:  # type: ignore[type-arg]
    plain, rough = Store(), Store()
    now = START
    for hours, made, twice, seed in rounds:
        now += timedelta(hours=hours)
        spikes = _spikes(made, now)
        taken = step(*plain.read(), Found(spikes), RULES, now)
        plain.commit(taken)

        chance = random.Random(seed)
        chance.shuffle(spikes)
        standing, resolved = rough.read()
        chance.shuffle(standing)
        if twice:  # killed before the commit, or after it: the evaluation is repeated
            lost = step(standing, resolved, Found(spikes), RULES, now)
            if chance.random() < 0.5:
                rough.commit(lost)
            standing, resolved = rough.read()
        again = step(standing, resolved, Found(spikes), RULES, now)
        rough.commit(again)

        _check_step(taken, spikes, now)
        settled = step(*plain.read(), Found(spikes), RULES, now)
        assert (settled.transitions, settled.updated) == ((), ()), "twice is once"
    assert rough.transitions.keys() == plain.transitions.keys()
    assert {name: transition_of(text) for name, text in rough.transitions.items()} == {
        name: transition_of(text) for name, text in plain.transitions.items()
    }
    assert rough.alerts == plain.alerts
    _check_lives([transition_of(text) for text in plain.transitions.values()])


def _check_step(taken: Step, spikes: Sequence[Spike], now: datetime) -> None:
    for change in taken.transitions:
        alert = change.alert
        assert change.at == now
        if alert.state is State.FIRING:
            rule = BY_NAME[alert.rule]
            strong = [found for found in Found(spikes).by(rule, now) if rule.suffices(found)]
            assert any(found.names & alert.names for found in strong), "fires on what was found now"
            assert alert.spike.q <= rule.false_discovery_rate
        if alert.state is State.RESOLVED and now < deadline(alert):
            heirs = [other for other in taken.alerts if other.rule == alert.rule]
            assert any(alert.names <= heir.names for heir in heirs), "early only if taken over"
    for alert in taken.alerts:
        assert now < deadline(alert)
    for place, alert in enumerate(taken.alerts):
        for other in taken.alerts[:place]:
            if alert.rule == other.rule:
                assert not alert.names & other.names, "one alert per name and rule"
    fired = [each.alert for each in taken.transitions if each.alert.state is State.FIRING]
    for rule in RULES:
        for found in Found(spikes).by(rule, now):
            told = [alert for alert in fired if alert.rule == rule.name and belongs(found, alert)]
            assert len(told) <= 1, "one spike, one alert"


def _check_lives(transitions: Sequence[Transition]) -> None:
    lives: dict[str, list[Transition]] = defaultdict(list)
    for change in transitions:
        lives[change.alert.id].append(change)
    for life in lives.values():
        life.sort(key=lambda change: change.alert.seq)
        assert [change.alert.seq for change in life] == list(range(1, len(life) + 1))
        states = [change.alert.state for change in life]
        assert [change.before for change in life] == [None, *states[:-1]]
        assert states in (
            [State.PENDING],
            [State.FIRING],
            [State.PENDING, State.FIRING],
            [State.PENDING, State.RESOLVED],
            [State.FIRING, State.RESOLVED],
            [State.PENDING, State.FIRING, State.RESOLVED],
        )
        assert all(one.at <= other.at for one, other in itertools.pairwise(life))
