"""Quiet hours: when nobody wants to hear of an alert, and until when it is held.

In: the hours as a rules file gives them, and a moment. Out: the moment at which they are over.

Hours are read off the wall clock of their time zone, so that they keep their place in the day when
clocks change: where the clock skips the hour that is named, it is the moment of the change that
counts; where the hour comes twice, quiet hours begin with the first and end with the second. Pure.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from trends.alerting.rules_fields import Frozen

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_MIDNIGHT_MIN: Final = 24 * 60
_DAY: Final = timedelta(days=1)


def _minutes(value: object) -> object:
    """``22:00`` as minutes since midnight."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else _MIDNIGHT_MIN + 1
    if minutes > _MIDNIGHT_MIN:
        raise ValueError('must be a time of day such as "22:00"')
    return minutes


def _shown(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


Minutes = Annotated[int, BeforeValidator(_minutes), PlainSerializer(_shown)]


class QuietHours(Frozen):
    """A part of the day, on some days; one that passes midnight belongs to the day it begins on.

    Attributes:
        start_min: minutes after midnight at which it begins, from ``from: "22:00"``.
        end_min: and ends, from ``to: "07:00"``; ``24:00`` is the end of the day.
        timezone: whose clock is meant.
        days: on which it begins.
    """

    start_min: Minutes = Field(alias="from")
    end_min: Minutes = Field(alias="to")
    timezone: str = "UTC"
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError("is no time zone; write one such as Europe/Berlin or UTC") from None
        return value

    @model_validator(mode="after")
    def _has_a_length_and_an_end(self) -> Self:
        if self.start_min == self.end_min or self.start_min == _MIDNIGHT_MIN:
            raise ValueError('lasts no time; for a whole day write from: "00:00", to: "24:00"')
        if self.end_min - self.start_min == _MIDNIGHT_MIN and set(self.days) == set(DAYS):
            raise ValueError("never ends, so that nothing would be told; leave out a day")
        return self


def held_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """When what happens at ``now`` may be told, in UTC; None: at once.

    Quiet hours that follow one another without a pause are one.
    """
    if quiet is None:
        return None
    zone = ZoneInfo(quiet.timezone)
    moment = now.astimezone(UTC)
    # No more than the seven days of a week can follow one another; the clock's changes may add one.
    for _ in range(len(DAYS) + 1):
        end = _end_of_period(quiet, zone, moment)
        if end is None:
            break
        moment = end
    return None if moment == now.astimezone(UTC) else moment


def _end_of_period(quiet: QuietHours, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """The end of the period that ``moment`` lies in; of several, the last."""
    today = moment.astimezone(zone).date()
    ends = []
    # It may have begun yesterday; where a zone skipped a day, the day before.
    for days_ago in range(3):
        day = today - days_ago * _DAY
        if DAYS[day.weekday()] not in quiet.days:
            continue
        over = quiet.end_min if quiet.end_min > quiet.start_min else quiet.end_min + _MIDNIGHT_MIN
        start = _instant(day, quiet.start_min, zone, fold=0)
        end = _instant(day, over, zone, fold=1)
        if start <= moment < end:
            ends.append(end)
    return max(ends, default=None)


def _instant(day: date, minutes: int, zone: ZoneInfo, *, fold: int) -> datetime:
    """When the wall clock shows so many minutes after midnight of ``day``, in UTC."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    instant = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # The clock skips this time: what it would be by the offset before and by the one after the
    # change enclose the change.
    one, other = (local.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (0, 1))
    low, high = min(one, other), max(one, other)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
