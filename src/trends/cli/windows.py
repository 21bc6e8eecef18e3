"""Which days a ranking looks at, and which it compares them with."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from trends.cli.options import parse_days
from trends.errors import ConfigError
from trends.store.ranked_counts import Windows

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def month_windows(text: str, before: str | None) -> Windows:
    """A calendar month, against the one before or as many days as ``before`` says."""
    found = _MONTH.fullmatch(text.strip())
    if not found or not 1 <= int(found[2]) <= 12:
        raise ConfigError(f"--month {text!r} is not a month such as 2025-08")
    first = date(int(found[1]), int(found[2]), 1)
    try:
        earlier = (
            (first - timedelta(days=1)).replace(day=1)
            if before is None
            else first - timedelta(days=parse_days(before, "--before"))
        )
        after = (first + timedelta(days=31)).replace(day=1)
    except OverflowError as error:
        raise ConfigError(f"--month {text!r} is too far away") from error
    return Windows(_midnight(earlier), _midnight(first), _midnight(after))


def day_windows(window: str, before: str | None, last_day: date) -> Windows:
    """The days that end with ``last_day``, against as many before, or as ``before`` says."""
    days = parse_days(window, "--window")
    days_before = parse_days(before, "--before") if before is not None else days
    try:
        end = last_day + timedelta(days=1)
        start = end - timedelta(days=days)
        earlier = start - timedelta(days=days_before)
    except OverflowError as error:
        raise ConfigError("--window and --before reach back too far") from error
    return Windows(_midnight(earlier), _midnight(start), _midnight(end))


def described(windows: Windows) -> str:
    """The window in words."""
    days = (windows.end - windows.start).days
    last = (windows.end - timedelta(days=1)).date()
    return f"the {days} days to {last}"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
