"""Dates as saved pages write them: ``Aug 5``, ``Nov 4, 2024``, with an upvote count behind or not.

Comes in: a line's text and a bound. Goes out: a date that is not after the bound, or none.
Never does: ask a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MINYEAR, date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"""(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\ +)?
        (?: (?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?
              |aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?
            \ +(?P<day>[0-9]{1,2}) (?:\ *,\ *(?P<year>[0-9]{4}))?
          | (?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}) )
        (?:\ +(?P<upvotes>[0-9]+(?:,[0-9]{3})*|[0-9]+(?:\.[0-9]+)?k))?""",
    re.VERBOSE | re.IGNORECASE,
)
# The calendar repeats its leap days within eight years, also across 1900 and 2100.
_YEARS_SEARCHED = 8


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day of a year that may not be given.

    Attributes:
        year: None where the page leaves it out.
    """

    month: int
    day: int
    year: int | None = None

    def resolve(self, bound: date) -> date | None:
        """The latest such date that is not after ``bound``; None if there is none.

        A 29 February goes back to the leap year before; a 30 February does not exist.
        """
        if self.year is not None:
            exact = _date(self.year, self.month, self.day)
            return exact if exact is not None and exact <= bound else None
        for year in range(bound.year, max(MINYEAR, bound.year - _YEARS_SEARCHED) - 1, -1):
            candidate = _date(year, self.month, self.day)
            if candidate is not None and candidate <= bound:
                return candidate
        return None


@dataclass(frozen=True, slots=True)
class DateLine:
    """What one line of a page says: a date, and how many upvotes if that is said too."""

    date: PartialDate
    upvotes: int | None = None


def parse_date_line(text: str) -> DateLine | None:
    """The date that is all of ``text``, with an upvote count or without; None if it is not one."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
        partial = PartialDate(month, day, year)
    else:
        month = _MONTHS.index(found["month"][:3].lower()) + 1
        written_year = int(found["year"]) if found["year"] else None
        partial = PartialDate(month, int(found["day"]), written_year)
    # Without a year, any leap year will do to see whether there is such a day.
    if (
        _date(partial.year if partial.year is not None else 2000, partial.month, partial.day)
        is None
    ):
        return None
    return DateLine(partial, _count(found["upvotes"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if text[-1] in "kK":
        return round(float(text[:-1]) * 1000)
    return int(text.replace(",", ""))
