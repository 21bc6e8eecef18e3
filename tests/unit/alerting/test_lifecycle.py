"""One spike, one alert: pending, firing, resolved, however often and wherever it is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.support.spikes import START, FakeRule, spike
from trends.alerting.alert import Alert, State, Transition
from trends.alerting.lifecycle import Found, LifecycleRule, Step, step
from trends.detection.spike import Spike

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PENDING, FIRING, RESOLVED = State.PENDING, State.FIRING, State.RESOLVED


class Life:
    """Steps one after the other, as an alerter takes them."""

    def __init__(self, *rules: LifecycleRule) -> None:
        self.rules = rules or (FakeRule(),)
        self.open: Sequence[Alert] = ()
        self.resolved: list[Alert] = []
        self.transitions: list[Transition] = []

    def step(self, now: datetime, *spikes: Spike, **watched: Sequence[Spike]) -> Step:
        taken = step(self.open, self.resolved, Found(spikes, watched), self.rules, now)
        self.open = taken.alerts
        self.transitions.extend(taken.transitions)
        self.resolved.extend(
            change.alert for change in taken.transitions if change.alert.state is RESOLVED
        )
        return taken

    def told(self) -> list[tuple[State | None, State]]:
        return [(change.before, change.alert.state) for change in self.transitions]


def test_a_sure_spike_fires_at_once() -> None:
    life = Life()
    (change,) = life.step(START, spike("agents", q=0.05)).transitions
    assert (change.before, change.alert.state, change.alert.seq) == (None, FIRING, 1)
    assert change.alert.fired_at == change.alert.opened_at == change.at == START


def test_an_unsure_one_is_pending_until_it_is_sure() -> None:
    life = Life()
    life.step(START, spike("agents", q=0.2))
    life.step(START + HOUR / 2, spike("agents", q=0.04))
    assert life.told() == [(None, PENDING), (PENDING, FIRING)]
    assert [change.alert.seq for change in life.transitions] == [1, 2]
    assert len({change.alert.id for change in life.transitions}) == 1
    assert life.open[0].opened_at == START


def test_beyond_the_pending_level_there_is_nothing() -> None:
    assert Life().step(START, spike("agents", q=0.201)) == Step((), (), ())


def test_the_same_again_changes_nothing() -> None:
    life = Life()
    life.step(START, spike("agents"))
    assert life.step(START, spike("agents")) == Step(tuple(life.open), (), ())


def test_a_stronger_one_updates_the_alert_without_telling() -> None:
    life = Life()
    life.step(START, spike("agents", q=0.01))
    taken = life.step(START, spike("agents", q=0.001, docs=30))
    assert not taken.transitions
    assert [alert.spike.observed for alert in taken.updated] == [30]
    life.step(START, spike("agents", q=0.01))
    assert life.open[0].spike.observed == 30


@pytest.mark.parametrize(
    ("horizon", "until"),
    [
        ("hour", START + 3 * HOUR),
        ("day", START + 3 * DAY),
        ("week", START + 3 * DAY),
    ],
)
def test_it_resolves_after_two_further_windows_without_it(horizon: str, until: datetime) -> None:
    life = Life()
    life.step(START, spike("agents", horizon=horizon))
    assert not life.step(until - HOUR / 60).transitions
    life.step(until)
    assert life.told() == [(None, FIRING), (FIRING, RESOLVED)]
    assert life.transitions[-1].alert.resolved_at == until
    assert not life.open


def test_being_found_as_pending_keeps_it_firing() -> None:
    life = Life()
    life.step(START, spike("agents"))
    later = START + 2 * HOUR
    life.step(later, spike("agents", q=0.19, at=later))
    assert not life.step(START + 4 * HOUR).transitions
    assert life.open[0].last_seen == START + 3 * HOUR
    assert life.step(START + 5 * HOUR).transitions


def test_several_horizons_are_one_alert_and_the_most_patient_decides() -> None:
    life = Life()
    life.step(
        START,
        spike("agents", horizon="hour"),
        spike("agents", "llm agents", horizon="day", q=0.02),
        spike("llm agents", horizon="week", q=0.03),
    )
    assert life.told() == [(None, FIRING)]
    assert not life.step(START + 2 * DAY).transitions
    life.step(START + 3 * DAY)
    assert life.told()[-1] == (FIRING, RESOLVED)


def test_most_of_the_evidence_in_common_is_one_alert() -> None:
    life = Life()
    life.step(START, spike("agents", evidence="abcd"))
    life.step(START, spike("tool use", evidence="abxy"))
    assert len(life.transitions) == 1
    life.step(START, spike("diffusion", evidence="axyz"))
    assert len(life.transitions) == 2, "one listing in common is not enough"
    life.step(START, spike("speech", evidence="ab"))
    assert len(life.transitions) == 2, "two of four are half"
    life.step(START, spike("music", evidence="abmnopq"))
    assert len(life.transitions) == 3, "two of seven are not"


def test_the_same_evidence_long_after_is_another_alert() -> None:
    life = Life()
    life.step(START, spike("agents", evidence="abcd", horizon="day"))
    later = START + 2 * DAY
    life.step(later, spike("tool use", evidence="abcd", horizon="day", at=later))
    assert life.told() == [(None, FIRING), (None, FIRING)]


def test_a_spike_that_joins_two_goes_to_the_older_and_closes_the_other() -> None:
    life = Life()
    life.step(START, spike("agents"))
    life.step(START + HOUR / 4, spike("agents"), spike("tools"))
    first, second = life.transitions[0].alert, life.transitions[1].alert
    life.step(START + HOUR / 2, spike("agents", "tools"))
    last = life.transitions[-1]
    assert (last.alert.id, last.before, last.alert.state) == (second.id, FIRING, RESOLVED)
    assert [alert.id for alert in life.open] == [first.id]
    assert life.open[0].names == first.names | second.names
    assert not life.step(START + HOUR / 2, spike("tools")).transitions, "its names went along"


def test_one_that_fires_is_not_taken_over_by_an_older_one_that_is_pending() -> None:
    life = Life()
    life.step(START, spike("agents", q=0.1))
    life.step(START + HOUR / 4, spike("tools"))
    fires = life.transitions[1].alert.id
    life.step(START + HOUR / 2, spike("agents", "tools", q=0.1))
    assert [alert.id for alert in life.open] == [fires]
    assert life.told()[-1] == (PENDING, RESOLVED)


def test_after_it_was_resolved_it_stays_pending_for_the_cool_down() -> None:
    life = Life()
    life.step(START, spike("agents", lift=4))
    life.step(START + 3 * HOUR)
    for hours in (4, 5):
        life.step(START + hours * HOUR, spike("agents", at=START + hours * HOUR, lift=7.9))
    assert life.told()[2:] == [(None, PENDING)]
    later = START + 3 * HOUR + timedelta(days=7)
    life.step(later, spike("agents", at=later, lift=4))
    assert life.told()[-1][1] is FIRING


def test_twice_the_lift_fires_within_the_cool_down() -> None:
    life = Life()
    life.step(START, spike("agents", lift=4))
    life.step(START + 3 * HOUR)
    life.step(START + 4 * HOUR, spike("agents", at=START + 4 * HOUR, lift=8))
    assert life.told() == [(None, FIRING), (FIRING, RESOLVED), (None, FIRING)]


def test_one_that_never_fired_cools_nothing() -> None:
    life = Life()
    life.step(START, spike("agents", q=0.1))
    life.step(START + 3 * HOUR)
    life.step(START + 4 * HOUR, spike("agents", at=START + 4 * HOUR))
    assert life.told() == [(None, PENDING), (PENDING, RESOLVED), (None, FIRING)]


def test_what_does_not_suffice_is_pending_however_sure() -> None:
    life = Life(FakeRule(min_lift=5))
    life.step(START, spike("agents", q=0.001, lift=4))
    life.step(START, spike("agents", q=0.001, lift=5))
    assert life.told() == [(None, PENDING), (PENDING, FIRING)]


def test_only_the_first_rule_that_selects_it_tells() -> None:
    life = Life(FakeRule("first"), FakeRule("second"))
    life.step(START, spike("agents"))
    assert [change.alert.rule for change in life.transitions] == ["first"]


def test_a_rule_for_which_it_is_only_pending_keeps_no_other_from_firing() -> None:
    strict = FakeRule("strict", false_discovery_rate=0.005)
    life = Life(strict, FakeRule("usual"))
    life.step(START, spike("agents", q=0.01))
    told = [(change.alert.rule, change.alert.state) for change in life.transitions]
    assert told == [("strict", PENDING), ("usual", FIRING)]


def test_what_an_earlier_rule_tells_leaves_a_pending_one_of_a_later_rule_pending() -> None:
    life = Life(FakeRule("high", min_lift=4), FakeRule("usual"))
    life.step(START, spike("agents", q=0.1))
    life.step(START, spike("agents", q=0.01))
    told = [(change.alert.rule, change.alert.state) for change in life.transitions]
    assert told == [("high", PENDING), ("usual", PENDING), ("high", FIRING)]


def test_what_no_longer_suffices_for_the_rule_that_told_is_not_told_by_a_later_one() -> None:
    high = FakeRule("high", min_lift=4)
    life = Life(high, FakeRule("usual"))
    life.step(START, spike("agents", lift=5))
    life.step(START + HOUR, spike("agents", at=START + HOUR, lift=3))
    assert [change.alert.rule for change in life.transitions] == ["high"]


def test_what_an_earlier_rule_has_told_cools_later_ones() -> None:
    high = FakeRule("high", min_lift=4)
    life = Life(high, FakeRule("usual"))
    life.step(START, spike("agents", lift=5))
    life.step(START + 3 * HOUR)
    life.step(START + 4 * HOUR, spike("agents", at=START + 4 * HOUR, lift=3))
    told = [(change.alert.rule, change.alert.state) for change in life.transitions[2:]]
    assert told == [("high", PENDING), ("usual", PENDING)]


def test_what_is_watched_for_a_rule_is_for_it_alone() -> None:
    life = Life(FakeRule("first"), FakeRule("mine"))
    life.step(START, mine=[spike("agents")])
    assert [change.alert.rule for change in life.transitions] == ["mine"]


def test_an_old_window_that_is_counted_again_opens_nothing() -> None:
    life = Life()
    assert not life.step(START + 3 * HOUR, spike("agents")).transitions
    life.step(START, spike("agents"))
    life.step(START + 3 * HOUR)
    assert len(life.transitions) == 2
    assert not life.step(START + HOUR, spike("agents")).transitions, "a clock that was set back"


def test_alerts_of_a_rule_that_is_gone_are_resolved_in_time() -> None:
    life = Life(FakeRule("old"))
    life.step(START, spike("agents"))
    life.rules = (FakeRule("new", only=lambda _: False),)
    assert not life.step(START + HOUR, spike("agents")).transitions
    life.step(START + 3 * HOUR)
    assert life.told()[-1] == (FIRING, RESOLVED)
