"""Intervals are chosen and written as Grafana does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trends.errors import ConfigError
from trends.grafana.window import duration_text, parse_duration, window_of

END = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("range_", "points", "shown"),
    [
        (timedelta(minutes=5), 1_600, "200ms"),
        (timedelta(hours=1), 1_600, "2s"),
        (timedelta(hours=6), 1_000, "20s"),
        (timedelta(days=1), 1_000, "1m"),
        (timedelta(days=7), 1_000, "10m"),
        (timedelta(days=30), 1_000, "30m"),
        (timedelta(days=365), 1_000, "6h"),
        (timedelta(days=3_650), 1_000, "1d"),
        (timedelta(days=3_650), 100, "30d"),
        (timedelta(days=3_650), 1, "1y"),
    ],
)
def test_a_range_is_drawn_at_a_round_interval(range_: timedelta, points: int, shown: str) -> None:
    assert duration_text(window_of(END - range_, END, points).interval) == shown


def test_the_interval_is_not_below_the_panels_least() -> None:
    window = window_of(END - timedelta(hours=1), END, 1_000, timedelta(minutes=5))
    assert window.interval == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), (">1m", 60), ("1h30m", 5_400), ("7d", 604_800), ("250ms", 0.25)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 parsecs", "-5m", "now-7d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="not a duration"):
        parse_duration(text)
