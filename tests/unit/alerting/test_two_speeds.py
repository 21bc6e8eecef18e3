"""Short windows do not wait for long ones, and all that either finds is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

import pytest

from tests.support.spikes import START, spike
from trends.alerting.evaluator import Evaluation, Evaluator, Looked
from trends.alerting.two_speeds import BRIEF_S, TwoSpeeds, merged
from trends.detection.horizons import BY_NAME
from trends.detection.source import Span
from trends.detection.spike import Spike
from trends.errors import Unavailable

NOTHING = Evaluation((), {}, ())


@dataclass
class Scripted:
    """Finds what it is given; waits until it may."""

    found: list[Evaluation | Exception]
    may: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def evaluate(self, now: datetime) -> Evaluation:
        self.asked += 1
        assert self.may.wait(10)
        found = self.found.pop(0) if self.found else NOTHING
        if isinstance(found, Exception):
            raise found
        return found


def looked(one: Spike, took_s: float) -> Evaluation:
    look = Looked(Span(BY_NAME["week"], START), 7, took_s, (one,), {})
    return Evaluation((one,), {}, (look,))


@pytest.fixture
def short() -> Scripted:
    scripted = Scripted([])
    scripted.may.set()
    return scripted


@pytest.fixture
def long() -> Iterator[Scripted]:
    scripted = Scripted([])
    yield scripted
    scripted.may.set()


def both(short: Scripted, long: Scripted) -> TwoSpeeds:
    return TwoSpeeds(cast(Evaluator, short), cast(Evaluator, long))


def until_found(evaluator: TwoSpeeds) -> Evaluation:
    for _ in range(1_000):
        found = evaluator.evaluate(START)
        if found.looked:
            return found
        threading.Event().wait(0.01)
    raise AssertionError("never found")


def test_a_long_look_is_not_waited_for(short: Scripted, long: Scripted) -> None:
    evaluator = both(short, long)
    short.found = [looked(spike("hourly"), 0.1)]
    assert [one.name.lower() for one in evaluator.evaluate(START).spikes] == ["hourly"]
    assert evaluator.evaluate(START) == NOTHING
    assert long.asked <= 1


def test_what_a_long_look_finds_comes_later_and_stays(short: Scripted, long: Scripted) -> None:
    evaluator = both(short, long)
    weekly = spike("weekly")
    long.found = [looked(weekly, 9.0), replace(looked(weekly, 9.0), looked=())]
    assert evaluator.evaluate(START) == NOTHING
    long.may.set()
    found = until_found(evaluator)
    assert found.spikes == (weekly,)
    assert len(found.looked) == 1
    again = evaluator.evaluate(START)
    assert (again.spikes, again.looked) == ((weekly,), ())


def test_brief_looks_are_done_at_once(short: Scripted, long: Scripted) -> None:
    evaluator = both(short, long)
    long.may.set()
    long.found = [looked(spike("first"), BRIEF_S / 2), looked(spike("second"), BRIEF_S / 2)]
    until_found(evaluator)
    assert [one.name.lower() for one in evaluator.evaluate(START).spikes] == ["second"]


def test_a_store_that_is_away_is_told(short: Scripted, long: Scripted) -> None:
    evaluator = both(short, long)
    long.may.set()
    long.found = [Unavailable("away"), looked(spike("later"), 9.0)]
    with pytest.raises(Unavailable, match="away"):
        until_found(evaluator)
    assert [one.name.lower() for one in until_found(evaluator).spikes] == ["later"]


def test_watch_lists_of_both_are_joined() -> None:
    one = Evaluation((), {"mine": (spike("a"),)}, ())
    other = Evaluation((), {"mine": (spike("b"),), "yours": (spike("c"),)}, ())
    found = merged(one, other, ()).watched
    assert [one.name.lower() for one in found["mine"]] == ["a", "b"]
    assert [one.name.lower() for one in found["yours"]] == ["c"]
