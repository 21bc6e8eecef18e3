"""Which rankings are due: what has listings and is not ranked, or was ranked from fewer of them.

In: what there is, what is ranked, and the time. Out: rankings to be computed, the first first, and
when to look again. Pure.

```
 years ago        728 days ago                       28 days ago            newest day
 ──┼────────┼────────┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┤
   a month's last day     a week's last day             every day             the present
```

The present comes first, then the past from its newest day on. A day is one with listings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, product
from typing import Final

from trends.detection.spike import Kind
from trends.store.rankings import Known, Made, Ordering, RankingKey

SPANS: Final = (1, 7, 28, 364)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)
# Days are ranked daily, and then weekly, until they are so old; then monthly.
DAILY: Final = timedelta(days=28)
WEEKLY: Final = timedelta(days=728)
# A past window whose listings change by less is computed again only after as long as the days that
# are ranked lie apart there: a trickle of late listings would change every long window each time.
SMALL_CHANGE: Final = 0.01
# A ranking that takes long comes more rarely, so that all together leave the store to others.
TIMES_ITS_LENGTH: Final = 20
# Of whatever is part of the way in which terms are ranked: a higher number ranks all history again.
RULES_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due now, in order; and when what waits will be, unless counts change before."""

    due: tuple[RankingKey, ...]
    next_at: datetime | None = None


def basis_of(generation: int) -> str:
    """What decides about a ranking beside the number of listings."""
    return f"generation {generation}, rules {RULES_VERSION}"


def plan(
    now: datetime,
    known: Known,
    every: timedelta,
    *,
    since: date | None = date.min,
    patiently: bool = True,
) -> Plan:
    """What is to be ranked.

    Args:
        now: the present moment.
        known: what there is.
        every: a ranking that was computed less than this ago is left alone.
        since: the first day of the past that is looked at; None: none is.
        patiently: False takes what would wait as well.
    """
    planner = _Planner(now, known, every)
    waiting: list[datetime] = []
    due: list[RankingKey] = []
    for key in planner.keys(since):
        from_when = planner.due_from(key)
        if from_when is None:
            continue
        if from_when <= now or not patiently:
            due.append(key)
        else:
            waiting.append(from_when)
    return Plan(tuple(due), min(waiting, default=None))


def ranked_days(days: Sequence[date]) -> Iterator[date]:
    """Those of ``days``, which are sorted, that are ranked: from the newest, the present, on."""
    later: date | None = None
    for day in reversed(days):
        if later is None or _is_last_of_its_kind(day, later, age=days[-1] - day):
            yield day
        later = day


def _is_last_of_its_kind(day: date, later: date, age: timedelta) -> bool:
    """Whether ``day`` is the last of its day, week or month, given the next one with listings."""
    step = _step(age)
    if step == WEEK:
        return day.isocalendar()[:2] != later.isocalendar()[:2]
    return step == DAY or (day.year, day.month) != (later.year, later.month)


def _step(age: timedelta) -> timedelta:
    """How far days that are ranked lie apart at that age."""
    if age < DAILY:
        return DAY
    return WEEK if age < WEEKLY else MONTH


class _Planner:
    def __init__(self, now: datetime, known: Known, every: timedelta) -> None:
        self._now = now
        self._made = known.made
        self._every = every
        self._basis = basis_of(known.generation)
        self._listings = Listings(known.days)
        self._days = self._listings.days
        self._newest_made: dict[tuple[Kind, Ordering, int], Made] = {}
        for key in sorted(known.made, key=lambda key: key.last_day):
            self._newest_made[key[:3]] = known.made[key]

    def keys(self, since: date | None) -> Iterator[RankingKey]:
        """All that is ranked, in the order in which it is wanted."""
        chosen = set(ranked_days(self._days))
        # What was ranked once is kept right, even though its day is no longer among them.
        days = chosen | {key.last_day for key in self._made if key.last_day < self._days[-1]}
        for day in sorted(days, reverse=True):
            if day != self._days[-1] and (since is None or day < since):
                return
            for span, kind, ordering in product(SPANS, Kind, Ordering):
                key = RankingKey(kind, ordering, span, day)
                if day in chosen or key in self._made:
                    yield key

    def due_from(self, key: RankingKey) -> datetime | None:
        """From when on it may be computed; None: it is as it should be."""
        made = self._made.get(key)
        is_present = key.last_day == self._days[-1]
        if made is None and is_present:
            # A new day takes its turn as the day before would have; in a replay, days fly by.
            made = self._newest_made.get(key[:3])
            return self._after(made) if made is not None else self._now
        if made is None or made.basis != self._basis:
            return self._now
        change = self._change(key, made)
        if not change:
            return None
        is_small = change < SMALL_CHANGE and not is_present
        age = self._days[-1] - key.last_day
        return self._after(made, _step(age) if is_small else self._every)

    def _after(self, made: Made, pause: timedelta = timedelta(0)) -> datetime:
        if made.basis != self._basis or made.computed_at > self._now:  # a clock was put back
            return self._now
        took = timedelta(milliseconds=made.took_ms)
        return made.computed_at + max(self._every, TIMES_ITS_LENGTH * took, pause)

    def _change(self, key: RankingKey, made: Made) -> float:
        """By what part of them the listings of either window are others than then."""
        now, before = self._listings.of(key)
        return max(
            abs(now - made.listings) / max(made.listings, 1),
            abs(before - made.listings_before) / max(made.listings_before, 1),
        )


class Listings:
    """Listings of windows, from those of days."""

    def __init__(self, days: Mapping[date, int]) -> None:
        self.days = sorted(days)
        self._sums = list(accumulate((days[day] for day in self.days), initial=0))

    def of(self, key: RankingKey) -> tuple[int, int]:
        """Of the window, and of the one before."""
        end = key.last_day + DAY
        first, start, after = (
            self._sums[bisect_left(self.days, day)]
            for day in (end - 2 * key.span * DAY, end - key.span * DAY, end)
        )
        return after - start, start - first
