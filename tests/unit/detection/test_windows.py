"""Windows and their pasts, where buckets begin and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from trends.detection.horizons import BY_NAME, HORIZONS, Horizon
from trends.detection.source import exposure_of, span_at, window_numbers

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "moment", "start", "end"),
    [
        ("hour", MIDNIGHT, MIDNIGHT, MIDNIGHT + HOUR),
        ("hour", MIDNIGHT - TICK, MIDNIGHT - HOUR, MIDNIGHT),
        ("hour", MIDNIGHT + HOUR - TICK, MIDNIGHT, MIDNIGHT + HOUR),
        ("day", MIDNIGHT, MIDNIGHT, MIDNIGHT + DAY),
        ("day", MIDNIGHT - TICK, MIDNIGHT - DAY, MIDNIGHT),
        # It ends with the bucket that holds the moment, which may not be over.
        ("week", MIDNIGHT, MIDNIGHT - 6 * DAY, MIDNIGHT + DAY),
        ("week", MIDNIGHT - TICK, MIDNIGHT - 7 * DAY, MIDNIGHT),
        ("month", MIDNIGHT, MIDNIGHT - 27 * DAY, MIDNIGHT + DAY),
        ("month", MIDNIGHT - TICK, MIDNIGHT - 28 * DAY, MIDNIGHT),
    ],
)
def test_a_window_ends_with_the_bucket_of_its_moment(
    name: str, moment: datetime, start: datetime, end: datetime
) -> None:
    span = span_at(BY_NAME[name], moment)
    assert (span.start, span.end) == (start, end)
    assert span.start.tzinfo is UTC


@pytest.mark.parametrize("horizon", HORIZONS, ids=lambda one: one.name)
def test_the_past_touches_the_window_and_does_not_overlap(horizon: Horizon) -> None:
    span = span_at(horizon, MIDNIGHT + timedelta(hours=5))
    starts = [*span.starts, span.start, span.end]
    assert starts[0] == span.first
    assert len(span.starts) == horizon.windows
    assert {after - before for before, after in pairwise(starts)} == {horizon.window}


def test_phases_are_hours_of_the_day_and_days_of_the_week() -> None:
    hour, day, week, month = HORIZONS
    assert [hour.phase(MIDNIGHT + number * HOUR) for number in (0, 1, 23, 24)] == [0, 1, 23, 0]
    # The first of January 1970 was a Thursday.
    assert [day.phase(MIDNIGHT + number * DAY) for number in range(8)] == [4, 5, 6, 0, 1, 2, 3, 4]
    assert week.phase(MIDNIGHT) == month.phase(MIDNIGHT) == 0


def test_the_parts_of_the_budget_leave_half_of_it() -> None:
    day_s = 86_400
    spent = sum(horizon.share * day_s / horizon.bucket_s for horizon in HORIZONS)
    assert spent == pytest.approx(0.5)


def test_buckets_add_up_to_windows_and_strangers_are_left_out() -> None:
    span = span_at(BY_NAME["week"], MIDNIGHT)
    first_s, end_s = int(span.first.timestamp()), int(span.end.timestamp())
    starts = np.arange(first_s - 10 * 86_400, end_s + 10 * 86_400, 86_400)
    listings = np.arange(1, len(starts) + 1) ** 2
    found = exposure_of(span, starts, listings)
    weeks = listings[10:-10].reshape(-1, 7)
    assert found.listings.tolist() == weeks.sum(axis=1).tolist()
    assert found.concentration == pytest.approx(
        (weeks.astype(float) ** 2).sum(axis=1) / weeks.sum(axis=1).astype(float) ** 2
    )


def test_windows_of_one_bucket_are_as_concentrated_as_can_be() -> None:
    span = span_at(BY_NAME["day"], MIDNIGHT)
    starts = np.array([int(span.start.timestamp()), int(span.starts[3].timestamp())])
    found = exposure_of(span, starts, np.array([7, 2**31]))
    assert (found.listings[-1], found.listings[3]) == (7, 2**31)
    assert (found.concentration[-1], found.concentration[3]) == (1, 1)
    assert np.count_nonzero(found.listings) == 2
    assert not found.concentration[4:-1].any()


def test_buckets_in_any_order_and_in_parts_add_up() -> None:
    span = span_at(BY_NAME["day"], MIDNIGHT)
    at = int(span.start.timestamp())
    found = exposure_of(span, np.array([at, at - 86_400, at]), np.array([1, 5, 2]))
    assert found.listings[-2:].tolist() == [5, 3]


def test_a_bucket_before_the_past_has_a_number_below_none() -> None:
    span = span_at(BY_NAME["month"], MIDNIGHT)
    first_s = int(span.first.timestamp())
    numbers = window_numbers(span, np.array([first_s - 1, first_s, first_s + 28 * 86_400]))
    assert numbers.tolist() == [-1, 0, 1]
