"""What dashboards ought to show, counted in Python from the view `listings`.

Points are as the dashboards' descriptions say: five minutes up to two days, an hour up to two
weeks, a day up to two years, else a week from Monday; the first and the last are whole ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from clickhouse_connect.driver.client import Client

from trends.grafana.variables import ALL

DAY = timedelta(days=1)
MONDAY = datetime(1969, 12, 29, tzinfo=UTC)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Row:
    """A listing as people see it."""

    id: str
    at: datetime
    source: str
    tags: frozenset[str]
    terms: frozenset[str]
    topics: frozenset[str]

    def names(self, kind: str) -> frozenset[str]:
        return self.terms if kind == "term" else self.topics


@dataclass(frozen=True)
class Points:
    """The points of a range."""

    start: datetime
    end: datetime
    step: timedelta
    bucket: timedelta

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Points:
        """As `auto` chooses them for ranges that end now."""
        if end - start <= 2 * DAY:
            return cls(start, end, timedelta(minutes=5), timedelta(minutes=5))
        if end - start <= 14 * DAY:
            return cls(start, end, timedelta(hours=1), timedelta(hours=1))
        return cls(start, end, DAY if end - start <= 730 * DAY else 7 * DAY, DAY)

    def at(self, moment: datetime) -> datetime:
        """The point that ``moment`` belongs to."""
        return _floor(moment, self.step)

    @property
    def first(self) -> datetime:
        return self.at(self.start)

    @property
    def after(self) -> datetime:
        return _floor(self.end, self.bucket) + self.bucket

    @property
    def before(self) -> datetime:
        return self.first - (self.after - self.first)


class Truth:
    """All listings of a store, to be counted."""

    def __init__(self, client: Client) -> None:
        rows = client.query("SELECT id, event_time, source, tags, terms, topics FROM listings")
        self.rows = [
            Row(row[0], row[1].replace(tzinfo=UTC), row[2], *map(frozenset, row[3:]))
            for row in rows.result_rows
        ]

    def within(
        self,
        start: datetime,
        after: datetime,
        sources: Collection[str] = (ALL,),
        tags: Collection[str] = (ALL,),
    ) -> list[Row]:
        """Listings from ``start`` until before ``after`` of these sources, with any of the tags."""
        return [
            row
            for row in self.rows
            if start <= row.at < after
            and (ALL in sources or row.source in sources)
            and (ALL in tags or row.tags & set(tags))
        ]

    def newest_days(
        self, kind: str, names: Sequence[str], rows: Iterable[Row], enough: int, days: int
    ) -> set[datetime]:
        """The newest days on which ``rows`` mention any of the names, until there are enough.

        A day is held to have as many of them as the most frequent name has.
        """
        counts: dict[datetime, Counter[str]] = {}
        for row in rows:
            for name in row.names(kind) & set(names):
                counts.setdefault(_floor(row.at, DAY), Counter())[name] += 1
        chosen: set[datetime] = set()
        newer = 0
        for day in sorted(counts, reverse=True):
            if newer >= enough or len(chosen) == days:
                break
            chosen.add(day)
            newer += max(counts[day].values())
        return chosen


def counted(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, int]:
    """Listings by key."""
    return dict(Counter(map(key, rows)))


def with_name(rows: Iterable[Row], kind: str, *names: str) -> list[Row]:
    """Those that mention any of the names."""
    return [row for row in rows if row.names(kind) & set(names)]


def _floor(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - MONDAY) % step
