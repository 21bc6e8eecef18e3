"""Work is tried until its server is back, and everyone can see what is waited for."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from itertools import islice

import pytest

from trends.clock import ManualClock
from trends.errors import Fatal, Unavailable
from trends.metrics.patience import delays, patiently, patiently_async
from trends.metrics.vitals import KAFKA, STORE, Vitals

START = datetime(2025, 3, 1, tzinfo=UTC)


class Away:
    """Is away so often, then answers."""

    def __init__(self, failures: int, vitals: Vitals) -> None:
        self.failures = failures
        self.vitals = vitals
        self.missing: list[str | None] = []

    def __call__(self) -> str:
        self.missing.append(self.vitals.readiness.missing.get(STORE))
        if len(self.missing) <= self.failures:
            raise Unavailable("no connection")
        return "done"

    async def later(self) -> str:
        return self()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def vitals(clock: ManualClock) -> Vitals:
    return Vitals("test", clock, silent_max_s=15)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those of the asynchronous one, which take no time here."""
    taken: list[float] = []

    async def sleep(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr("trends.metrics.patience.asyncio.sleep", sleep)
    return taken


def retries(vitals: Vitals, dependency: str) -> float | None:
    return vitals.registry.get_sample_value("trends_retries_total", {"dependency": dependency})


def test_waits_grow_up_to_a_limit() -> None:
    assert list(islice(delays(1, 5), 5)) == [1, 2, 4, 5, 5]


def test_it_tries_until_the_server_answers(
    vitals: Vitals, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    work = Away(3, vitals)
    with caplog.at_level(logging.WARNING):
        assert patiently(work, STORE, vitals, clock) == "done"
    assert clock.monotonic_s() == pytest.approx(0.2 + 0.4 + 0.8)
    assert work.missing[1:] == ["no connection"] * 3
    assert STORE not in vitals.readiness.missing
    assert (retries(vitals, STORE), retries(vitals, KAFKA)) == (3, 0)
    assert caplog.messages[0] == "waiting 0.2 s: no connection"


def test_who_waits_lives(vitals: Vitals, clock: ManualClock) -> None:
    patiently(Away(10, vitals), STORE, vitals, clock)
    assert clock.monotonic_s() > vitals.liveness.silent_max_s
    assert vitals.liveness.is_alive


def test_what_waiting_cannot_mend_is_raised_at_once(vitals: Vitals, clock: ManualClock) -> None:
    def fail() -> None:
        raise Fatal("a person must look")

    with pytest.raises(Fatal):
        patiently(fail, STORE, vitals, clock)
    assert clock.monotonic_s() == 0
    assert STORE in vitals.readiness.missing


def test_without_blocking_it_is_the_same(vitals: Vitals, waits: list[float]) -> None:
    work = Away(2, vitals)
    assert asyncio.run(patiently_async(work.later, STORE, vitals)) == "done"
    assert waits == [0.2, 0.4]
    assert work.missing[1:] == ["no connection"] * 2
    assert STORE not in vitals.readiness.missing


def test_what_need_not_ask_the_server_says_nothing_of_it(vitals: Vitals) -> None:
    vitals.away(STORE, Unavailable("gone"))
    asyncio.run(patiently_async(Away(0, vitals).later, STORE, vitals, asks=False))
    assert vitals.readiness.missing[STORE] == "gone"


def test_unless_it_met_its_absence(vitals: Vitals, waits: list[float]) -> None:
    asyncio.run(patiently_async(Away(1, vitals).later, STORE, vitals, asks=False))
    assert STORE not in vitals.readiness.missing
