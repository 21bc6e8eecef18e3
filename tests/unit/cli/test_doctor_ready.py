"""The doctor hears from services what they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from trends.cli.doctor_ready import waits_for
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.metrics.server import MetricsServer
from trends.metrics.vitals import KAFKA, STORE, Vitals


@pytest.fixture
def vitals() -> Vitals:
    return Vitals("test", ManualClock(datetime(2025, 3, 1, tzinfo=UTC)))


@pytest.fixture
def url(vitals: Vitals) -> Iterator[str]:
    with MetricsServer(vitals, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.port}/metrics"


def test_a_service_that_is_ready_waits_for_nothing(vitals: Vitals, url: str) -> None:
    vitals.answered(KAFKA)
    vitals.answered(STORE)
    assert waits_for(url) == ""


def test_a_service_that_waits_says_for_what(vitals: Vitals, url: str) -> None:
    vitals.answered(KAFKA)
    vitals.away(STORE, Unavailable("no connection"))
    assert waits_for(url) == "waits for store: no connection"


def test_a_service_that_does_not_answer_is_told(vitals: Vitals) -> None:
    with MetricsServer(vitals, "127.0.0.1", 0) as server:
        gone = f"http://127.0.0.1:{server.port}/metrics"
    assert waits_for(gone).startswith("does not say how it is")
