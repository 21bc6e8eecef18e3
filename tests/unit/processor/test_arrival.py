"""Any timestamp that a message can carry is a moment that the store can hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from trends.processor.slot import arrival


def test_a_usual_timestamp_is_kept() -> None:
    assert arrival(1_767_225_600.5) == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("timestamp_s", [None, -0.001, -1e18, 0.0, 4.3e9, 1.7e12, 9.2e15, 1e300])
def test_an_odd_timestamp_is_a_fixed_moment_that_the_store_can_hold(
    timestamp_s: float | None,
) -> None:
    moment = arrival(timestamp_s)
    assert moment == arrival(timestamp_s)
    pa.array([int(moment.timestamp())], pa.uint32())
