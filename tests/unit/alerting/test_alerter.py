"""A round at a time: what is decided is decided once, whatever is away in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests.support.spikes import START, spike
from trends.alerting.alert import State
from trends.alerting.alerter import LOOK_EVERY_S, REST_MAX_S, Alerter
from trends.alerting.leader import Always
from trends.alerting.ledger import Route
from trends.alerting.ledger_memory import MemoryLedger
from trends.alerting.lifecycle import Step
from trends.alerting.outbox import Outbox
from trends.alerting.parcel import TOPIC_SINK, Parcel
from trends.alerting.rules import Rule, Rules
from trends.clock import ManualClock
from trends.detection.spike import Spike
from trends.errors import Unavailable
from trends.metrics.meters import AlerterMeters
from trends.metrics.vitals import Vitals
from trends.store.alerts_deliveries import Status
from trends.store.alerts_spikes import EvaluationRecord

RULES = Rules(rules=(Rule(name="usual", route=("log",)),))


@dataclass(frozen=True)
class Looked:
    spikes: Sequence[Spike] = ()
    watched: Mapping[str, Sequence[Spike]] = field(default_factory=dict)

    def records(self, at: datetime) -> Sequence[EvaluationRecord]:
        return [EvaluationRecord(at, "hour", START, 10, len(self.spikes), 5)]


class Source:
    """Finds what it is told to find, and takes its time."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.found = Looked()
        self.takes_s = 0.0
        self.looks: list[datetime] = []

    def evaluate(self, now: datetime) -> Looked:
        self.looks.append(now)
        self.clock.advance(self.takes_s)
        return self.found


class UncertainLedger(MemoryLedger):
    """The next commit lands, and the answer is lost."""

    loses_answer = False

    def commit(self, step: Step, route: Route, at: datetime) -> None:
        super().commit(step, route, at)
        if self.loses_answer:
            self.loses_answer = False
            raise Unavailable("connection reset")


class Handed(Outbox):
    """Keeps what it is given; starts no threads."""

    def __init__(self, taken: list[Parcel]) -> None:
        super().__init__({}, lambda _: None, ManualClock(START))
        self.taken = taken
        self.is_stopped = False

    def add(self, parcels: Sequence[Parcel]) -> None:  # type: ignore[override]
        known = {parcel.id for parcel in self.taken}
        self.taken.extend(parcel for parcel in parcels if parcel.id not in known)

    def stop(self) -> None:
        self.is_stopped = True


class Bench:
    """An alerter and everything around it, in memory."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.source = Source(self.clock)
        self.ledger = UncertainLedger()
        self.leadership = Always(self.clock)
        self.outboxes: list[Handed] = []
        self.taken: list[Parcel] = []
        self.signature = 0
        self.vitals = Vitals("alerter", self.clock)
        self.alerter = Alerter(
            source=self.source,
            signature=lambda: self.signature,
            ledger=self.ledger,
            leadership=self.leadership,
            new_outbox=self._outbox,
            rules=RULES,
            every_s=60,
            clock=self.clock,
            vitals=self.vitals,
            meters=AlerterMeters(self.vitals.registry),
        )

    def _outbox(self) -> Handed:
        self.outboxes.append(Handed(self.taken))
        return self.outboxes[-1]

    def turns(self, seconds: float) -> None:
        end_s = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < end_s - 1e-6:
            self.alerter.turn()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_round_commits_hands_over_and_observes(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.alerter.turn()
    (change,) = bench.ledger.transitions
    assert change.alert.state is State.FIRING
    assert [parcel.notifier for parcel in bench.taken] == [TOPIC_SINK, "log"]
    assert [rule for rule, _ in bench.ledger.spikes] == [""]
    assert bench.ledger.evaluations == [EvaluationRecord(change.at, "hour", START, 10, 1, 5)]


def test_pending_alerts_go_to_the_topic_alone(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents", q=0.1)])
    bench.alerter.turn()
    assert [parcel.notifier for parcel in bench.taken] == [TOPIC_SINK]


def test_it_evaluates_when_counts_change_and_in_any_case_every_minute(bench: Bench) -> None:
    bench.turns(59)
    assert len(bench.source.looks) == 1
    bench.turns(2)
    assert len(bench.source.looks) == 2
    bench.signature += 1
    bench.turns(2 * LOOK_EVERY_S)
    assert len(bench.source.looks) == 3


def test_it_rests_a_little_however_often_counts_change(bench: Bench) -> None:
    bench.source.takes_s = 5
    for _ in range(500):
        bench.signature += 1
        bench.alerter.turn()
    span_s = (bench.source.looks[-1] - bench.source.looks[0]).total_seconds()
    assert span_s / (len(bench.source.looks) - 1) >= 5 + REST_MAX_S


def test_a_commit_whose_answer_is_lost_is_told_all_the_same(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.ledger.loses_answer = True
    with pytest.raises(Unavailable):
        bench.alerter.turn()
    assert not bench.taken
    bench.alerter.turn()
    assert len(bench.ledger.transitions) == 1
    assert sorted(parcel.notifier for parcel in bench.taken) == ["log", TOPIC_SINK]


def test_one_that_does_not_lead_does_nothing(bench: Bench) -> None:
    bench.leadership.is_leading = False
    bench.turns(100)
    assert (bench.source.looks, bench.outboxes) == ([], [])


def test_one_that_loses_the_lead_while_it_evaluates_decides_nothing(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    answers = iter([True, False, False])
    bench.leadership.leads = lambda wait_s=0.0: next(answers)  # type: ignore[method-assign]
    bench.alerter.turn()
    assert not bench.ledger.transitions
    bench.alerter.turn()
    assert bench.outboxes[0].is_stopped


def test_making_room_for_a_moment_ends_the_sends_and_decides_nothing(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    asked: list[float] = []

    def leads(wait_s: float = 0.0) -> bool:
        asked.append(wait_s)
        if len(asked) == 2:  # after the evaluation
            bench.leadership.before_handing_over()
        return True

    bench.leadership.leads = leads  # type: ignore[method-assign]
    bench.alerter.turn()
    assert bench.outboxes[0].is_stopped
    assert not bench.ledger.transitions
    bench.alerter.turn()
    assert len(bench.outboxes) == 2
    assert len(bench.ledger.transitions) == 1


def test_one_that_leads_again_goes_on_from_what_the_ledger_says(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.alerter.turn()
    bench.leadership.is_leading = False
    bench.alerter.turn()
    assert bench.outboxes[0].is_stopped
    told = next(parcel for parcel in bench.taken if parcel.notifier == "log")
    bench.ledger.record([told.record(Status.DELIVERED, 1, START)])
    bench.taken.clear()
    bench.leadership.is_leading = True
    bench.alerter.turn()
    assert len(bench.outboxes) == 2
    assert [parcel.notifier for parcel in bench.taken] == [TOPIC_SINK], "what was told is not owed"
    assert len(bench.ledger.transitions) == 1


def test_what_was_observed_before_is_not_written_again(bench: Bench) -> None:
    first, second = spike("agents"), spike("tools")
    for found in ([first], [first, second], [first]):
        bench.source.found = Looked(found, {"usual": [first]})
        bench.signature += 1
        bench.alerter.turn()
    assert bench.ledger.spikes == [("", first), ("usual", first), ("", second)]
    assert len(bench.ledger.evaluations) == 3


def test_who_was_told_by_another_process_is_told_that_it_is_over(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.alerter.turn()
    bench.ledger.record([each.record(Status.DELIVERED, 1, START) for each in bench.taken])
    bench.source.found = Looked()
    bench.clock.advance(timedelta(hours=3).total_seconds())
    bench.alerter.turn()
    assert [parcel.firing for parcel in bench.taken[2:]] == [Status.DELIVERED] * 2


def test_alerts_resolve_though_nothing_more_comes(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.alerter.turn()
    bench.source.found = Looked()
    bench.clock.advance(timedelta(hours=3).total_seconds())
    bench.alerter.turn()
    assert [change.alert.state for change in bench.ledger.transitions] == [
        State.FIRING,
        State.RESOLVED,
    ]


def test_while_something_is_away_it_waits_and_then_goes_on(bench: Bench) -> None:
    tries: list[int] = []

    def signature() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("the store is away")
        bench.alerter.stop()
        return 1

    bench.alerter._signature = signature
    bench.alerter.run()
    assert len(tries) == 2
    assert bench.outboxes[0].is_stopped
