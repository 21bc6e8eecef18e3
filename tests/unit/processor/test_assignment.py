"""When it is said that nobody opens a partition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from faust.types import TP

from trends.clock import ManualClock
from trends.processor.assignment import OPENED_WITHIN_S, Assignment

FIRST, SECOND = TP("listings", 0), TP("listings", 1)
LATE_S = OPENED_WITHIN_S + 1


def dealt() -> tuple[ManualClock, Assignment]:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    assignment = Assignment(clock)
    assignment.dealt({FIRST, SECOND})
    return clock, assignment


def only(*tps: TP) -> Callable[[TP], bool]:
    return lambda tp: tp in tps


def test_partitions_that_stay_closed_are_named() -> None:
    clock, assignment = dealt()
    assert assignment.neglected(only()) == []
    clock.sleep(LATE_S)
    assert assignment.neglected(only()) == [FIRST, SECOND]
    assert assignment.neglected(only(FIRST)) == [SECOND]
    assert assignment.neglected(only(FIRST, SECOND)) == []


def test_an_opening_may_take_its_time() -> None:
    clock, assignment = dealt()
    with assignment.opening():
        clock.sleep(100 * LATE_S)
        assert assignment.neglected(only()) == []
    assert assignment.neglected(only()) == [FIRST, SECOND]


def test_while_partitions_are_shared_out_anew_none_is_missed() -> None:
    clock, assignment = dealt()
    assignment.revoked()
    clock.sleep(LATE_S)
    assert assignment.neglected(only()) == []
    assignment.dealt({SECOND})
    assert assignment.neglected(only()) == []
    clock.sleep(LATE_S)
    assert assignment.neglected(only()) == [SECOND]
