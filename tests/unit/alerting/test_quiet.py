"""Quiet hours: over midnight, over days, over the clock's changes; no moment is held for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from trends.alerting.quiet import DAYS, QuietHours, held_until


def quiet(start: str, end: str, **more: Any) -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": end, **more})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT = {"timezone": "Europe/Berlin"}
WEEKEND = {"timezone": "Europe/Berlin", "days": ["sat", "sun"]}


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        # 2026-03-04 is a Wednesday; Berlin is one hour ahead of UTC in winter, two in summer.
        (quiet("22:00", "07:00", **NIGHT), "2026-03-04T20:59:59", None),
        (quiet("22:00", "07:00", **NIGHT), "2026-03-04T21:00", "2026-03-05T06:00"),
        (quiet("22:00", "07:00", **NIGHT), "2026-03-05T00:30", "2026-03-05T06:00"),
        (quiet("22:00", "07:00", **NIGHT), "2026-03-05T06:00", None),
        (quiet("12:00", "13:30"), "2026-03-04T12:00", "2026-03-04T13:30"),
        (quiet("12:00", "13:30"), "2026-03-04T13:30", None),
        # What passes midnight belongs to the day on which it begins.
        (quiet("22:00", "07:00", days=["wed"]), "2026-03-05T03:00", "2026-03-05T07:00"),
        (quiet("22:00", "07:00", days=["thu"]), "2026-03-05T03:00", None),
        # Days that touch are one time of quiet.
        (quiet("00:00", "24:00", **WEEKEND), "2026-03-07T12:00", "2026-03-08T23:00"),
        (quiet("18:00", "08:00", days=["fri"]), "2026-03-06T17:59", None),
        # The night in which clocks jump from two to three is an hour shorter, the other one longer.
        (quiet("22:00", "07:00", **NIGHT), "2026-03-28T21:00", "2026-03-29T05:00"),
        (quiet("22:00", "07:00", **NIGHT), "2026-10-24T20:00", "2026-10-25T06:00"),
        # An end that the clock skips is the moment of its change; so is a beginning.
        (quiet("22:00", "02:30", **NIGHT), "2026-03-28T23:00", "2026-03-29T01:00"),
        (quiet("02:30", "04:00", **NIGHT), "2026-03-29T00:59:59", None),
        (quiet("02:30", "04:00", **NIGHT), "2026-03-29T01:00", "2026-03-29T02:00"),
        # Of an hour that comes twice, quiet takes the first beginning and the second end.
        (quiet("22:00", "02:30", **NIGHT), "2026-10-25T00:45", "2026-10-25T01:30"),
        (quiet("02:30", "04:00", **NIGHT), "2026-10-25T00:30", "2026-10-25T03:00"),
        # Apia went from the 29th to the 31st of December 2011.
        (quiet("22:00", "07:00", timezone="Pacific/Apia"), "2011-12-30T09:00", "2011-12-30T17:00"),
    ],
)
def test_held_until_they_end(hours: QuietHours, now: str, until: str | None) -> None:
    assert held_until(hours, utc(now)) == (utc(until) if until else None)


def test_without_quiet_hours_nothing_is_held() -> None:
    assert held_until(None, utc("2026-03-04T03:00")) is None


def test_the_moment_may_be_given_in_any_zone() -> None:
    now = datetime(2026, 3, 4, 23, tzinfo=ZoneInfo("Europe/Berlin"))
    held = held_until(quiet("22:00", "07:00", **NIGHT), now)
    assert held == utc("2026-03-05T06:00")
    assert held.tzinfo is UTC


minutes = st.integers(0, 24 * 60).map(lambda number: f"{number // 60:02}:{number % 60:02}")
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
    ]
)
# Years enough for rules of daylight saving to have changed, and for Apia to have skipped a day.
moments = st.integers(1_262_304_000, 1_798_761_600).map(lambda s: datetime.fromtimestamp(s, UTC))


@st.composite
def hours(draw: st.DrawFn) -> QuietHours:
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
    fields = {"from": draw(minutes), "to": draw(minutes), "timezone": draw(zones), "days": days}
    try:
        return QuietHours.model_validate(fields)
    except ValidationError:
        assume(False)
        raise


@given(hours(), moments)
def test_what_is_held_is_told_later_and_only_once_quiet_is_over(
    hours: QuietHours, now: datetime
) -> None:
    held = held_until(hours, now)
    if held is not None:
        assert now < held <= now + timedelta(days=9)
        assert held_until(hours, held) is None


@given(hours(), moments, st.floats(0, 0.999))
def test_all_of_one_quiet_time_is_told_at_its_end(
    hours: QuietHours, now: datetime, share: float
) -> None:
    held = held_until(hours, now)
    if held is not None:
        assert held_until(hours, now + share * (held - now)) == held


@given(hours(), moments, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_what_comes_later_is_told_no_earlier(
    hours: QuietHours, now: datetime, later: timedelta
) -> None:
    first = held_until(hours, now) or now
    assert first <= (held_until(hours, now + later) or now + later)


@given(hours(), moments)
def test_away_from_the_changes_of_the_clock_it_is_what_the_wall_clock_says(
    hours: QuietHours, now: datetime
) -> None:
    zone = ZoneInfo(hours.timezone)
    offsets = {
        (now + timedelta(days=day)).astimezone(zone).utcoffset() for day in (-2, -1, 0, 1, 2)
    }
    assume(len(offsets) == 1)
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    if hours.start_min < hours.end_min:
        expected = today in hours.days and hours.start_min <= minute < hours.end_min
    else:
        expected = (today in hours.days and minute >= hours.start_min) or (
            yesterday in hours.days and minute < hours.end_min
        )
    assert (held_until(hours, now) is not None) == expected
