"""Which rankings are due: the present first, the past in steps, and nothing twice for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from trends.detection.spike import Kind
from trends.ranker.plan import (
    RULES_VERSION,
    SPANS,
    TIMES_ITS_LENGTH,
    Listings,
    Plan,
    basis_of,
    plan,
    ranked_days,
)
from trends.store.rankings import Known, Made, Ordering, RankingKey

DAY = timedelta(days=1)
TODAY = date(2025, 10, 31)  # a Friday
NOW = datetime(2025, 10, 31, 12, tzinfo=UTC)
EVERY = timedelta(minutes=5)
PER_DAY = len(SPANS) * len(Kind) * len(Ordering)


def days_back(count: int, listings: int = 100) -> dict[date, int]:
    return {TODAY - DAY * number: listings for number in range(count)}


def key(last_day: date = TODAY, span: int = 7) -> RankingKey:
    return RankingKey(Kind.TERM, Ordering.DOCS, span, last_day)


def made_of(
    days: Mapping[date, int],
    one: RankingKey,
    at: datetime = NOW - timedelta(minutes=1),
    took_ms: int = 0,
    generation: int = 1,
) -> Made:
    return Made(basis_of(generation), *Listings(days).of(one), at, took_ms)


def done(known: Known, at: datetime = NOW - timedelta(minutes=1)) -> Known:
    """The same, all that is due computed at that moment."""
    made = dict(known.made)
    for one in plan(NOW, known, EVERY, patiently=False).due:
        made[one] = made_of(known.days, one, at, generation=known.generation)
    return Known(known.generation, known.days, made)


def with_more(known: Known, day: date, listings: int) -> Known:
    days = {**known.days, day: known.days.get(day, 0) + listings}
    return Known(known.generation, days, known.made)


def test_nothing_is_due_without_listings() -> None:
    assert plan(NOW, Known(0, {}, {}), EVERY) == Plan(())


def test_the_present_comes_first_and_then_the_past_from_its_newest_day() -> None:
    due = plan(NOW, Known(1, days_back(3), {}), EVERY).due
    assert len(due) == len(set(due)) == 3 * PER_DAY
    assert [one.last_day for one in due] == sorted((one.last_day for one in due), reverse=True)
    assert {(one.kind, one.ordering, one.span) for one in due[:PER_DAY]} == {
        (kind, ordering, span) for kind in Kind for ordering in Ordering for span in SPANS
    }
    assert [one.span for one in due[:PER_DAY]] == sorted(one.span for one in due[:PER_DAY])


def test_what_is_done_is_not_due() -> None:
    assert plan(NOW, done(Known(1, days_back(900), {})), EVERY) == Plan(())


def test_the_past_is_ranked_by_day_then_by_week_then_by_month() -> None:
    days = list(ranked_days(sorted(days_back(1_200))))
    assert days[:28] == [TODAY - DAY * number for number in range(28)]
    weekly = [day for day in days if 28 <= (TODAY - day).days < 728]
    assert all(day.weekday() == 6 for day in weekly)
    assert len(weekly) == 100
    monthly = [day for day in days if (TODAY - day).days >= 728]
    assert all((day + DAY).day == 1 for day in monthly)
    assert len(monthly) == 16
    assert sum(map(len, (days[:28], weekly, monthly))) == len(days)


def test_a_week_whose_last_days_have_no_listings_is_ranked_on_its_last_one_that_has() -> None:
    workdays = [day for day in sorted(days_back(200)) if day.weekday() < 5]
    chosen = list(ranked_days(workdays))
    assert {day.weekday() for day in chosen if (TODAY - day).days >= 28} == {4}


def test_the_days_of_the_past_stay_the_same_while_time_goes_on() -> None:
    days = sorted(days_back(900))
    today, tomorrow = set(ranked_days(days)), set(ranked_days([*days, TODAY + DAY]))
    assert tomorrow - today <= {TODAY + DAY, *(day for day in days if (day + DAY).day == 1)}


@pytest.mark.parametrize(
    ("since_made", "took_s", "is_due"),
    [
        (timedelta(minutes=4, seconds=59), 0, False),
        (timedelta(minutes=5), 0, True),
        (timedelta(minutes=5), 16, False),
        (TIMES_ITS_LENGTH * timedelta(seconds=16), 16, True),
    ],
    ids=["just computed", "long ago", "but took long", "long enough ago even so"],
)
def test_the_present_is_computed_anew_at_most_so_often(
    since_made: timedelta, took_s: int, is_due: bool
) -> None:
    days = days_back(3)
    made = made_of(days, key(), NOW - since_made, 1_000 * took_s)
    known = with_more(done(Known(1, days, {key(): made})), TODAY, 1)
    assert (key() in plan(NOW, known, EVERY).due) is is_due
    assert key() in plan(NOW, known, EVERY, patiently=False).due


def test_the_plan_says_when_what_waits_is_due() -> None:
    at = NOW - timedelta(minutes=1)
    known = with_more(done(Known(1, days_back(1), {}), at), TODAY, 1)
    assert plan(NOW, known, EVERY) == Plan((), at + EVERY)
    assert len(plan(at + EVERY, known, EVERY).due) == PER_DAY


def test_a_new_day_waits_its_turn_as_the_day_before_would_have() -> None:
    known = with_more(done(Known(1, days_back(3), {})), TODAY + DAY, 5)
    assert plan(NOW, known, EVERY) == Plan((), NOW - timedelta(minutes=1) + EVERY)
    due = plan(NOW + EVERY, known, EVERY).due
    assert {one.last_day for one in due} == {TODAY + DAY}


def test_late_listings_are_ranked_again_where_a_window_has_them() -> None:
    late = with_more(done(Known(1, days_back(20), {}), NOW - EVERY), TODAY - 10 * DAY, 50)
    due = {(one.span, one.last_day) for one in plan(NOW, late, EVERY).due}
    for span in SPANS:
        for age in range(20):
            # Either the window or the one before it reaches to the late day, and not past it.
            assert ((span, TODAY - DAY * age) in due) == (age <= 10 < age + 2 * span)


@pytest.mark.parametrize(("age", "waits"), [(1, 1), (27, 1), (40, 7), (727, 7), (800, 30)])
def test_a_small_change_of_the_past_waits_as_long_as_its_days_lie_apart(
    age: int, waits: int
) -> None:
    one = key(TODAY - DAY * age)
    at = NOW - timedelta(hours=1)
    days = days_back(900, 10_000)
    known = with_more(Known(1, days, {one: made_of(days, one, at)}), one.last_day, 1)
    assert one not in plan(at + waits * DAY - timedelta(seconds=1), known, EVERY).due
    assert one in plan(at + waits * DAY, known, EVERY).due
    assert one in plan(NOW, known, EVERY, patiently=False).due
    assert one in plan(NOW, with_more(known, one.last_day, 2_000), EVERY).due, "a great one not"


def test_a_small_change_of_the_present_does_not_wait_so_long() -> None:
    days = days_back(400, 10_000)
    known = with_more(Known(1, days, {key(): made_of(days, key(), NOW - EVERY)}), TODAY, 1)
    assert key() in plan(NOW, known, EVERY).due


def test_what_was_ranked_once_is_kept_right() -> None:
    tuesday = TODAY - 38 * DAY
    assert tuesday not in list(ranked_days(sorted(days_back(60))))
    one = key(tuesday)
    made = {one: made_of(days_back(60), one, NOW - EVERY)}
    known = done(Known(1, days_back(60), made))
    assert plan(NOW, known, EVERY) == Plan(())
    late = plan(NOW, with_more(known, tuesday, 500), EVERY).due
    assert [late_one for late_one in late if late_one.last_day == tuesday] == [one]


def test_another_taxonomy_ranks_everything_again_and_at_once() -> None:
    known = done(Known(1, days_back(40), {}))
    again = plan(NOW, Known(2, known.days, known.made), EVERY)
    assert set(again.due) == set(known.made)
    assert basis_of(2) != basis_of(1)
    assert str(RULES_VERSION) in basis_of(1)


def test_a_clock_that_was_put_back_stops_nothing() -> None:
    known = done(Known(1, days_back(2), {}), NOW + timedelta(days=400))
    assert plan(NOW, known, EVERY) == Plan(())
    assert len(plan(NOW, with_more(known, TODAY, 1), EVERY).due) == PER_DAY


@pytest.mark.parametrize(("since", "days"), [(None, 1), (TODAY - 4 * DAY, 5), (date.min, 10)])
def test_the_past_is_looked_at_as_far_as_is_said(since: date | None, days: int) -> None:
    due = plan(NOW, Known(1, days_back(10), {}), EVERY, since=since).due
    assert {one.last_day for one in due} == {TODAY - DAY * number for number in range(days)}


def test_windows_are_as_long_as_what_they_are_compared_with() -> None:
    days = {TODAY - DAY * number: 10**number for number in range(6)}
    assert Listings(days).of(key(span=1)) == (1, 10)
    assert Listings(days).of(key(TODAY - DAY, span=2)) == (110, 11_000)
    assert Listings(days).of(key(span=28)) == (111_111, 0)
