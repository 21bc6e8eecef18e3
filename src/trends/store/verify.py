"""Proves the counts: recounts the stored listings from their texts and compares every number.

The recount uses the plain reference implementation, not the code path that counted. It goes day by
day, because every bucket lies within one UTC day, so memory holds a few days at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from clickhouse_connect.driver.client import Client

from trends.analysis.interface import Analyser
from trends.clock import Clock
from trends.counting.buckets import DAY_S, RESOLUTIONS
from trends.store.client import translated
from trends.store.recount import Counts, recount, shown_from
from trends.store.stored_counts import stored_counts, unlike_by_term

LISTINGS_AT_ONCE: Final = 2_000
# A flush under way shows for a moment listings whose counts are still to come.
ATTEMPTS: Final = 6
DIFFERENCES_SHOWN: Final = 20
"""Of each kind of what is wrong."""


class CountName(NamedTuple):
    """What one number counts."""

    kind: str
    resolution: str
    bucket_s: int
    name: str


class Difference(NamedTuple):
    """A number in the store that the recount does not give."""

    what: CountName
    stored: tuple[int, ...]
    recounted: tuple[int, ...]


@dataclass(slots=True)
class Verdict:
    """What `verify` found.

    Attributes:
        listings: how many were recounted.
        compared: resolution to the numbers compared there.
        differences, different: numbers that are wrong, the first of them; how many in all.
        misnamed: ids of listings that are stored with other terms, acronyms or topics than their
            texts give, the first of them.
        counted_twice: ids that count more than once within the horizon, the first of them.
        behind: listings that carry the topics of an older generation than people see.
    """

    listings: int = 0
    compared: dict[str, int] = field(default_factory=lambda: {r.name: 0 for r in RESOLUTIONS})
    differences: list[Difference] = field(default_factory=list)
    different: int = 0
    misnamed: list[str] = field(default_factory=list)
    counted_twice: list[str] = field(default_factory=list)
    behind: int = 0

    @property
    def equal(self) -> bool:
        return not (self.different or self.misnamed or self.counted_twice or self.behind)

    @property
    def numbers(self) -> int:
        return sum(self.compared.values())


def verify(
    client: Client,
    reference: Analyser,
    horizon_days: int,
    clock: Clock,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Compares every (resolution, bucket, term), every topic and every total within retention.

    Args:
        client: connected to the database to verify.
        reference: the implementation to recount with.
        horizon_days: within which an id may count only once.
        clock: to wait with while a flush is under way.
        progress: called with (listings done, listings in all).
    """
    verdict = Verdict()
    days = _days(client)
    total = sum(days.values())
    seen = _seen_generation(client)
    for start, end in _chunks(days):
        listings = _verify_days(client, reference, seen, clock, start, end, verdict)
        if (verdict.different or verdict.misnamed) and _seen_generation(client) != seen:
            return verdict  # the reference counts by a taxonomy that nobody sees any more
        verdict.listings += listings
        if progress is not None:
            progress(verdict.listings, total)
    verdict.counted_twice = _counted_twice(client, horizon_days)
    verdict.behind = _behind(client, clock)
    return verdict


def _days(client: Client) -> dict[date, int]:
    """Every day with listings or counts, and its number of listings."""
    with translated():
        rows = client.query(
            "SELECT day, sum(listings) FROM ("
            "SELECT toDate(event_time) AS day, count() AS listings FROM listings_counted FINAL "
            "GROUP BY day UNION ALL "
            "SELECT DISTINCT toDate(bucket) AS day, 0 FROM bucket_totals UNION ALL "
            "SELECT DISTINCT toDate(bucket) AS day, 0 FROM term_counts UNION ALL "
            "SELECT DISTINCT toDate(bucket) AS day, 0 FROM term_days UNION ALL "
            "SELECT DISTINCT toDate(bucket) AS day, 0 FROM topic_counts"
            ") GROUP BY day ORDER BY day"
        ).result_rows
    return {row[0]: int(row[1]) for row in rows}


def _chunks(days: Mapping[date, int]) -> Iterator[tuple[date, date]]:
    """Ranges [start, end) of days with about `LISTINGS_AT_ONCE` listings each."""
    start: date | None = None
    listings = 0
    for day, count in days.items():
        if start is not None and listings + count > LISTINGS_AT_ONCE:
            yield start, day
            start, listings = day, 0
        if start is None:
            start = day
        listings += count
        last = day
    if start is not None:
        yield start, last + timedelta(days=1)


def _verify_days(
    client: Client,
    reference: Analyser,
    seen: int,
    clock: Clock,
    start: date,
    end: date,
    verdict: Verdict,
) -> int:
    for attempt in range(ATTEMPTS):
        if attempt:
            clock.sleep(1.0)
        shown = shown_from(client)
        stored = stored_counts(client, start, end, shown)
        found = recount(client, reference, start, end, shown, seen)
        differences = sorted(
            [*_differences(stored, found.counts), *_differences_by_term(client, start, end)]
        )
        if not differences and not found.misnamed:
            break
    for cell in stored.keys() | found.counts.keys():
        names = stored.get(cell, {}).keys() | found.counts.get(cell, {}).keys()
        verdict.compared[cell.resolution] += len(names)
    verdict.different += len(differences)
    verdict.differences = [*verdict.differences, *differences][:DIFFERENCES_SHOWN]
    verdict.misnamed = [*verdict.misnamed, *sorted(found.misnamed)][:DIFFERENCES_SHOWN]
    return found.listings


def _differences(stored: Counts, recounted: Counts) -> Iterator[Difference]:
    for cell in stored.keys() | recounted.keys():
        first, second = stored.get(cell, {}), recounted.get(cell, {})
        if first == second:
            continue
        for name in first.keys() | second.keys():
            if first.get(name) != second.get(name):
                what = CountName(*cell, name)
                yield Difference(what, first.get(name, ()), second.get(name, ()))


def _differences_by_term(client: Client, start: date, end: date) -> Iterator[Difference]:
    for bucket_s, term, by_term, by_bucket in unlike_by_term(client, start, end):
        yield Difference(CountName("term by day", "1d", bucket_s, term), by_term, by_bucket)


def _seen_generation(client: Client) -> int:
    with translated():
        rows = client.query("SELECT max(generation) FROM generations FINAL WHERE active")
    return int(rows.result_rows[0][0])


def _behind(client: Client, clock: Clock) -> int:
    """How many listings carry a generation older than the active one."""
    behind = 0
    for attempt in range(ATTEMPTS):
        if attempt:
            clock.sleep(1.0)
        with translated():
            rows = client.query(
                "SELECT count() FROM listings_counted FINAL WHERE generation < "
                "(SELECT max(generation) FROM generations FINAL WHERE active)"
            ).result_rows
        behind = int(rows[0][0])
        if not behind:
            break
    return behind


def _counted_twice(client: Client, horizon_days: int) -> list[str]:
    """Ids with two occurrences within the horizon."""
    with translated():
        rows = client.query(
            "SELECT id FROM (SELECT id, arraySort(groupArray(toUnixTimestamp(arrived_at))) AS times"
            " FROM listings_counted FINAL GROUP BY id HAVING length(times) > 1) "
            "WHERE arrayExists((a, b) -> b - a <= {horizon_s:Int64}, "
            "arrayPopBack(times), arrayPopFront(times)) ORDER BY id LIMIT {shown:UInt16}",
            parameters={"horizon_s": horizon_days * DAY_S, "shown": DIFFERENCES_SHOWN},
        ).result_rows
    return [str(row[0]) for row in rows]
