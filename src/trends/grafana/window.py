"""The time range and interval that a panel is drawn for, as Grafana chooses them. Pure.

In: a range and a panel's width in points. Out: the interval between points, and ranges and
durations as Grafana writes them. Never asks for the present time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from trends.errors import ConfigError

# Grafana's `roundInterval`: an interval below the first number becomes the second; milliseconds.
_ROUNDED_MS: Final = (
    (10, 1),
    (15, 10),
    (35, 20),
    (75, 50),
    (150, 100),
    (350, 200),
    (750, 500),
    (1_500, 1_000),
    (3_500, 2_000),
    (7_500, 5_000),
    (12_500, 10_000),
    (17_500, 15_000),
    (25_000, 20_000),
    (45_000, 30_000),
    (90_000, 60_000),
    (210_000, 120_000),
    (450_000, 300_000),
    (750_000, 600_000),
    (1_050_000, 900_000),
    (1_500_000, 1_200_000),
    (2_700_000, 1_800_000),
    (5_400_000, 3_600_000),
    (9_000_000, 7_200_000),
    (16_200_000, 10_800_000),
    (32_400_000, 21_600_000),
    (86_400_000, 43_200_000),
    (604_800_000, 86_400_000),
    (1_814_400_000, 604_800_000),
    (3_628_800_000, 2_592_000_000),
)
_LONGEST_MS: Final = 31_536_000_000
_UNIT_S: Final = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "M": 2_592_000.0,
    "y": 31_536_000.0,
}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwMy])")


@dataclass(frozen=True, slots=True)
class Window:
    """What a query is asked for.

    Attributes:
        start: beginning of the range, timezone-aware.
        end: its end.
        interval: between two points of the drawing.
    """

    start: datetime
    end: datetime
    interval: timedelta

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ConfigError("a time range needs times with a time zone")
        if self.end < self.start:
            raise ConfigError(f"a time range ends ({self.end}) before it starts ({self.start})")

    @property
    def start_ms(self) -> int:
        return _epoch_ms(self.start)

    @property
    def end_ms(self) -> int:
        return _epoch_ms(self.end)

    @property
    def interval_ms(self) -> int:
        return self.interval // timedelta(milliseconds=1)


def window_of(
    start: datetime, end: datetime, points: int, at_least: timedelta = timedelta(0)
) -> Window:
    """The range with the interval that Grafana draws ``points`` of it at."""
    between_ms = (end - start) / timedelta(milliseconds=1) / max(points, 1)
    rounded_ms = next((to for below, to in _ROUNDED_MS if between_ms < below), _LONGEST_MS)
    return Window(start, end, max(timedelta(milliseconds=rounded_ms), at_least))


def parse_duration(text: str) -> timedelta:
    """A duration as Grafana's dashboards write it: ``30s``, ``5m``, ``1h30m``, ``7d``, ``>1m``.

    Raises:
        ConfigError: if it is none.
    """
    bare = text.strip().removeprefix(">").replace(" ", "")
    parts = _DURATION.findall(bare)
    if not parts or "".join(number + unit for number, unit in parts) != bare:
        raise ConfigError(f"{text!r} is not a duration such as 30s, 5m or 7d")
    return timedelta(seconds=sum(float(number) * _UNIT_S[unit] for number, unit in parts))


def duration_text(duration: timedelta) -> str:
    """An interval as ``$__interval`` says it: in its greatest unit, cut to a whole number."""
    seconds = duration.total_seconds()
    for unit, size_s in (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if seconds >= size_s:
            return f"{int(seconds // size_s)}{unit}"
    return f"{max(round(seconds * 1_000), 1)}ms"


def _epoch_ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
