from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trends.sources.page_dates import DateLine, PartialDate, parse_date_line

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aug 5", DateLine(PartialDate(8, 5))),
        ("August 5", DateLine(PartialDate(8, 5))),
        ("Sept. 30", DateLine(PartialDate(9, 30))),
        ("Tue, Aug 5", DateLine(PartialDate(8, 5))),
        ("Mar 24 4", DateLine(PartialDate(3, 24), 4)),
        ("Mar 24 1,204", DateLine(PartialDate(3, 24), 1204)),
        ("Mar 24 1.2k", DateLine(PartialDate(3, 24), 1200)),
        ("Nov 4, 2024", DateLine(PartialDate(11, 4, 2024))),
        ("Nov 10, 2023 1", DateLine(PartialDate(11, 10, 2023), 1)),
        ("2024-11-04", DateLine(PartialDate(11, 4, 2024))),
        ("Feb 29", DateLine(PartialDate(2, 29))),
        ("Feb 30", None),
        ("Feb 29, 2023", None),
        ("Nov 4,", None),
        ("Nov 4, 20", None),
        ("Nov", None),
        ("May 5 people came", None),
        ("Marathon 5", None),
        ("Aug 5 and 6", None),
    ],
)
def test_a_date_line_is_a_date_and_nothing_else(text: str, expected: DateLine | None) -> None:
    assert parse_date_line(text) == expected


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (date(2025, 3, 1), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2024, 2, 28), date(2020, 2, 29)),
        (date(1903, 1, 1), date(1896, 2, 29)),  # 1900 was no leap year
    ],
)
def test_29_february_goes_back_to_a_leap_year(bound: date, expected: date) -> None:
    assert PartialDate(2, 29).resolve(bound) == expected


@given(day=DATES, bound=DATES)
@example(day=date(2024, 12, 31), bound=date(2025, 1, 1))
@example(day=date(2024, 1, 1), bound=date(2025, 1, 1))
def test_without_a_year_it_is_the_latest_such_day_not_after_the_bound(
    day: date, bound: date
) -> None:
    resolved = PartialDate(day.month, day.day).resolve(bound)
    assert resolved is not None
    assert resolved <= bound
    assert (resolved.month, resolved.day) == (day.month, day.day)
    later = (resolved + timedelta(days=n) for n in range(1, (bound - resolved).days + 1))
    assert not any((x.month, x.day) == (day.month, day.day) for x in later)


@given(day=DATES, bound=DATES)
def test_a_written_year_is_kept_or_refused(day: date, bound: date) -> None:
    resolved = PartialDate(day.month, day.day, day.year).resolve(bound)
    assert resolved == (day if day <= bound else None)


def test_the_first_years_have_no_earlier_leap_day() -> None:
    assert PartialDate(2, 29).resolve(date(3, 1, 1)) is None
