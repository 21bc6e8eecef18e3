"""What is wrong with mute times. Pure.

In: a mute time as its file has it. Out: findings. Grafana refuses all of alerting at its start for
any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trends.grafana.finding import Finding, objects

Json = Mapping[str, Any]
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEYS: Final = frozenset({"times", "weekdays", "days_of_month", "months", "years", "location"})
_TIME: Final = re.compile(r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")


def lint_mute_time(item: Json, path: str) -> Iterator[Finding]:
    """What is wrong with a mute time."""
    listed = list(objects(item.get("time_intervals"), f"{path}.time_intervals"))
    if not item.get("name") or not listed:
        yield Finding(path, "must have name and time_intervals")
    for at, interval in listed:
        for key in sorted(set(interval) - _KEYS):
            yield Finding(f"{at}.{key}", "is nothing that a time interval has")
        for place, times in objects(interval.get("times"), f"{at}.times"):
            start, end = str(times.get("start_time")), str(times.get("end_time"))
            if not _TIME.fullmatch(start) or not _TIME.fullmatch(end):
                yield Finding(
                    place, "must have start_time and end_time, such as '07:30' or '24:00'"
                )
            elif start >= end:
                yield Finding(place, "ends before it starts: write a night as two times")
        for day in _strings(interval.get("weekdays")):
            ends = [_DAYS.index(end) for end in day.split(":") if end in _DAYS]
            if len(ends) != day.count(":") + 1 or len(ends) > 2 or ends != sorted(ends):
                yield Finding(f"{at}.weekdays", f"{day!r} is no weekday, nor two in their order")


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
