"""Proves the counts: recounts the stored listings from their texts and compares every number.

The recount uses the plain reference implementation, not the code path that counted. It goes day by
day, because every bucket lies within one UTC day, so memory holds a few days at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from clickhouse_connect.driver.client import Client

from trends.analysis.interface import Analyser
from trends.clock import Clock
from trends.counting.buckets import DAY_S, RESOLUTIONS
from trends.store.client import translated

LISTINGS_AT_ONCE: Final = 2_000
# Views hide a bucket when its retention ends; verify stays clear of that moment.
RETENTION_EDGE_S: Final = 3_600
# A flush under way shows for a moment listings whose counts are still to come.
ATTEMPTS: Final = 6
DIFFERENCES_SHOWN: Final = 20


class Cell(NamedTuple):
    """The counts of one kind (term, topic or total) in one bucket."""

    kind: str
    resolution: str
    bucket_s: int


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
        counted_twice: ids that count more than once within the horizon.
        behind: listings that carry the topics of an older generation than people see.
    """

    listings: int = 0
    compared: dict[str, int] = field(default_factory=lambda: {r.name: 0 for r in RESOLUTIONS})
    differences: list[Difference] = field(default_factory=list)
    different: int = 0
    counted_twice: list[str] = field(default_factory=list)
    behind: int = 0

    @property
    def equal(self) -> bool:
        return not self.different and not self.counted_twice and not self.behind

    @property
    def numbers(self) -> int:
        return sum(self.compared.values())


# Name to (docs, mentions), by cell; the total of a bucket has the empty name and its listings.
Counts = dict[Cell, dict[str, tuple[int, ...]]]


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
        listings = _verify_days(client, reference, clock, start, end, verdict)
        if verdict.different and _seen_generation(client) != seen:
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
    clock: Clock,
    start: date,
    end: date,
    verdict: Verdict,
) -> int:
    for attempt in range(ATTEMPTS):
        if attempt:
            clock.sleep(1.0)
        shown_from = _shown_from(client)
        stored = _stored(client, start, end, shown_from)
        listings, recounted = _recount(client, reference, start, end, shown_from)
        differences = sorted([*_differences(stored, recounted), *_by_term(client, start, end)])
        if not differences:
            break
    for cell in stored.keys() | recounted.keys():
        names = stored.get(cell, {}).keys() | recounted.get(cell, {}).keys()
        verdict.compared[cell.resolution] += len(names)
    verdict.different += len(differences)
    room = DIFFERENCES_SHOWN - len(verdict.differences)
    verdict.differences += differences[: max(room, 0)]
    return listings


def _differences(stored: Counts, recounted: Counts) -> Iterator[Difference]:
    for cell in stored.keys() | recounted.keys():
        first, second = stored.get(cell, {}), recounted.get(cell, {})
        if first == second:
            continue
        for name in first.keys() | second.keys():
            if first.get(name) != second.get(name):
                what = CountName(*cell, name)
                yield Difference(what, first.get(name, ()), second.get(name, ()))


def _by_term(client: Client, start: date, end: date) -> Iterator[Difference]:
    """Where the counts by day that are ordered by term are not those that are ordered by bucket."""
    chosen = "bucket >= {start:DateTime} AND bucket < {end:DateTime}"
    with translated():
        rows = client.query(
            "SELECT toUnixTimestamp(bucket), term, "
            "sumIf(docs, again) AS docs_again, sumIf(mentions, again) AS mentions_again, "
            "sumIf(docs, NOT again) AS docs_once, sumIf(mentions, NOT again) AS mentions_once "
            "FROM (SELECT bucket, term, docs, mentions, true AS again FROM term_days FINAL "
            f"WHERE {chosen} UNION ALL "
            "SELECT bucket, term, docs, mentions, false AS again FROM term_counts FINAL "
            f"WHERE resolution = '1d' AND {chosen}) GROUP BY bucket, term "
            "HAVING docs_again != docs_once OR mentions_again != mentions_once",
            parameters={"start": _midnight(start), "end": _midnight(end)},
        ).result_rows
    for bucket_s, term, docs_again, mentions_again, docs_once, mentions_once in rows:
        what = CountName("term by day", "1d", bucket_s, term)
        yield Difference(what, (docs_again, mentions_again), (docs_once, mentions_once))


def _shown_from(client: Client) -> dict[str, int]:
    """Per resolution the first bucket start, in epoch seconds, that is surely shown."""
    with translated():
        now_s = int(client.command("SELECT toUnixTimestamp(now())"))  # type: ignore[arg-type]
    return {
        resolution.name: 0
        if resolution.retention_days is None
        else now_s - resolution.retention_days * DAY_S + RETENTION_EDGE_S
        for resolution in RESOLUTIONS
    }


def _stored(client: Client, start: date, end: date, shown_from: Mapping[str, int]) -> Counts:
    counts: Counts = defaultdict(dict)
    queries = (
        ("term", "terms", "term, docs, mentions"),
        ("topic", "topics", "topic, docs, mentions"),
        ("total", "totals", "'', listings"),
    )
    with translated():
        for kind, view, columns in queries:
            result = client.query(
                f"SELECT toString(resolution), toUnixTimestamp(bucket), {columns} FROM {view} "
                "WHERE bucket >= {start:DateTime} AND bucket < {end:DateTime}",
                parameters={"start": _midnight(start), "end": _midnight(end)},
            )
            for resolution, bucket_s, name, *numbers in result.result_rows:
                if bucket_s >= shown_from[resolution]:
                    counts[Cell(kind, resolution, bucket_s)][name] = tuple(numbers)
    return counts


def _recount(
    client: Client, reference: Analyser, start: date, end: date, shown_from: Mapping[str, int]
) -> tuple[int, Counts]:
    with translated():
        rows = client.query(
            "SELECT toUnixTimestamp(event_time), title, text FROM listings_counted FINAL "
            "WHERE event_time >= {start:DateTime} AND event_time < {end:DateTime}",
            parameters={"start": _midnight(start), "end": _midnight(end)},
        ).result_rows
    docs: dict[Cell, Counter[str]] = defaultdict(Counter)
    # Mentions beyond the first of each listing, which few names have.
    repeats: dict[Cell, Counter[str]] = defaultdict(Counter)
    counts: Counts = {}
    analyses = reference.analyse([(title, text) for _, title, text in rows])
    for (event_s, _, _), analysis in zip(rows, analyses, strict=True):
        for kind, names in (("term", analysis.terms), ("topic", analysis.topics)):
            repeated = {name: count - 1 for name, count in names.items() if count > 1}
            for cell in _cells(kind, event_s, shown_from):
                docs[cell].update(names.keys())
                repeats[cell].update(repeated)
        for cell in _cells("total", event_s, shown_from):
            (listings,) = counts.get(cell, {}).get("", (0,))
            counts[cell] = {"": (listings + 1,)}
    for cell, found in docs.items():
        more = repeats[cell]
        counts[cell] = {name: (number, number + more[name]) for name, number in found.items()}
    # A bucket whose listings mention nothing has no rows.
    return len(rows), {cell: names for cell, names in counts.items() if names}


def _cells(kind: str, event_s: int, shown_from: Mapping[str, int]) -> Iterator[Cell]:
    """The cells of a kind that an event falls in, without those past their retention."""
    for resolution in RESOLUTIONS:
        bucket_s = resolution.bucket_of(event_s)
        if bucket_s >= shown_from[resolution.name]:
            yield Cell(kind, resolution.name, bucket_s)


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


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _counted_twice(client: Client, horizon_days: int) -> list[str]:
    """Ids with two occurrences within the horizon."""
    with translated():
        rows = client.query(
            "SELECT id FROM (SELECT id, arraySort(groupArray(toUnixTimestamp(arrived_at))) AS times"
            " FROM listings_counted FINAL GROUP BY id HAVING length(times) > 1) "
            "WHERE arrayExists((a, b) -> b - a <= {horizon_s:Int64}, "
            "arrayPopBack(times), arrayPopFront(times)) ORDER BY id LIMIT 20",
            parameters={"horizon_s": horizon_days * DAY_S},
        ).result_rows
    return [str(row[0]) for row in rows]
