"""Links from listings made safe, and numbers and times as people say them. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

_BILLION: Final = 10**9


def web_url(url: str) -> str:
    """``url``, or nothing if it does not lead to a web page or could break out of a link."""
    usable = url.startswith(("http://", "https://")) and url.isprintable()
    return url if usable and not any(char in url for char in " <>\"'|`\\") else ""


def count(value: float) -> str:
    """Two significant digits below ten, whole above: ``0.042``, ``3.1``, ``1,234``."""
    if not math.isfinite(value):
        return "-"
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    if 0 < abs(value) < 0.001:
        return "less than 0.001"
    shown = f"{value:.2g}"
    return shown if "e" not in shown else f"{value:.0f}"


def times(lift: float) -> str:
    """How many times as much as expected."""
    return f"{count(lift)} times" if math.isfinite(lift) else "out of nothing"


def chance(probability: float) -> str:
    """A probability as odds."""
    if probability <= 1 / _BILLION:
        return "less than 1 in a billion"
    if probability >= 0.1:
        return f"{probability:.0%}"
    odds = 1 / probability
    digits = max(len(str(int(odds))) - 2, 0)
    return f"1 in {round(odds, -digits):,.0f}"


def moment(at: datetime) -> str:
    """To the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def window(horizon: str, start: datetime, end: datetime) -> str:
    """A window as people name it."""
    first = start.astimezone(UTC)
    if horizon == "hour":
        return f"{first:%Y-%m-%d %H:%M} to {end.astimezone(UTC):%H:%M} UTC"
    if horizon == "day":
        return f"{first:%Y-%m-%d}"
    return f"{first:%Y-%m-%d} to {end.astimezone(UTC) - timedelta(days=1):%Y-%m-%d}"


def length(duration: timedelta) -> str:
    """The duration in its greatest fitting unit."""
    minutes = duration.total_seconds() / 60
    for unit, size in (("day", 1_440), ("hour", 60), ("minute", 1), ("second", 1 / 60)):
        if minutes >= size:
            number = round(minutes / size)
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return f"{minutes * 60:g} seconds"


def listings(number: int) -> str:
    """So many listings."""
    return f"{number:,} listing{'' if number == 1 else 's'}"
