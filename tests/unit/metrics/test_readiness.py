"""A service is ready when nothing is missing, and lives while its main loop comes round."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trends.clock import ManualClock
from trends.metrics.readiness import NOT_YET, REASON_MAX_CHARS, Liveness, Readiness

START = datetime(2025, 3, 1, tzinfo=UTC)


def test_nothing_is_met_in_the_beginning() -> None:
    readiness = Readiness(["kafka", "store"])
    assert readiness.missing == {"kafka": NOT_YET, "store": NOT_YET}


def test_it_is_ready_when_all_is_met_and_says_why_when_not() -> None:
    readiness = Readiness(["kafka", "store"])
    readiness.meet("kafka")
    assert set(readiness.missing) == {"store"}
    readiness.meet("store")
    assert readiness.missing == {}
    readiness.miss("store", "no connection\n  (refused)")
    assert readiness.missing == {"store": "no connection (refused)"}
    assert readiness.conditions == {"kafka": None, "store": "no connection (refused)"}


def test_a_reason_is_short() -> None:
    readiness = Readiness(["store"])
    readiness.miss("store", "x" * 10_000)
    assert len(readiness.missing["store"]) == REASON_MAX_CHARS


def test_a_condition_that_was_not_named_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="none of kafka"):
        Readiness(["kafka"]).meet("kafak")


def test_a_loop_that_beats_lives() -> None:
    clock = ManualClock(START)
    liveness = Liveness(clock, 60)
    seen = []
    for seconds in (60, 0.5):
        clock.advance(seconds)
        seen.append((liveness.silent_s, liveness.is_alive))
    liveness.beat()
    seen.append((liveness.silent_s, liveness.is_alive))
    assert seen == [(60, True), (60.5, False), (0, True)]
