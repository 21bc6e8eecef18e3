"""Whatever comes whenever, the plan ends with rankings of all there is, and keeps its pace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trends.ranker.plan import MONTH, TIMES_ITS_LENGTH, Listings, basis_of, plan, ranked_days
from trends.store.rankings import Known, Made, RankingKey

FIRST = date(2023, 1, 1)
START = datetime(2025, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=5)
DAY = timedelta(days=1)

ARRIVALS = st.lists(
    st.tuples(
        st.timedeltas(timedelta(0), timedelta(days=2)),  # after the one before
        st.one_of(st.integers(700, 760), st.integers(0, 760)),  # the day it is of
        st.integers(1, 300),
    ),
    max_size=12,
)


class Ranking:
    """A ranker without a store, and with time of its own."""

    def __init__(self, days: dict[date, int], took_ms: int) -> None:
        self.now = START
        self.days = days
        self.made: dict[RankingKey, Made] = {}
        self.took_ms = took_ms

    def work(self, turns: int) -> None:
        for _ in range(turns):
            known = Known(1, self.days, self.made)
            wanted = plan(self.now, known, EVERY)
            if not wanted.due:
                return
            key = wanted.due[0]
            if (before := self.made.get(key)) is not None:
                took = timedelta(milliseconds=before.took_ms)
                assert self.now - before.computed_at >= max(EVERY, TIMES_ITS_LENGTH * took)
                assert Listings(self.days).of(key) != (before.listings, before.listings_before)
            numbers = Listings(self.days).of(key)
            self.made[key] = Made(basis_of(1), *numbers, self.now, self.took_ms)


@given(
    st.dictionaries(st.integers(680, 760), st.integers(1, 500), min_size=1, max_size=8),
    ARRIVALS,
    st.integers(0, 60_000),
    st.integers(0, 40),
)
def test_when_all_is_quiet_every_ranking_is_of_all_listings(
    first: dict[int, int], arrivals: list[tuple[timedelta, int, int]], took_ms: int, turns: int
) -> None:
    ranking = Ranking({FIRST + DAY * day: number for day, number in first.items()}, took_ms)
    ranking.work(turns)
    for after, day, number in arrivals:
        ranking.now += after
        at = FIRST + DAY * day
        ranking.days[at] = ranking.days.get(at, 0) + number
        ranking.work(turns)
    # What is not due yet says when it will be: no later than the longest wait of a small change.
    quiet_since = ranking.now
    while True:
        ranking.work(10_000)
        next_at = plan(ranking.now, Known(1, ranking.days, ranking.made), EVERY).next_at
        if next_at is None:
            break
        assert ranking.now < next_at
        ranking.now = next_at
    assert ranking.now - quiet_since <= 2 * MONTH
    listings = Listings(ranking.days)
    assert {key.last_day for key in ranking.made} >= set(ranked_days(listings.days))
    for key, made in ranking.made.items():
        assert listings.of(key) == (made.listings, made.listings_before)
