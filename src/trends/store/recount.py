"""The counts that the stored listings give when their texts are analysed again.

In: an analyser and a range of days. Out: the counts of every cell, and the listings whose own terms
and topics are not what their texts give. Nothing of it is the code path that counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from clickhouse_connect.driver.client import Client

from trends.analysis.interface import Analyser, Analysis
from trends.counting.buckets import DAY_S, RESOLUTIONS
from trends.store.client import translated

# Views hide a bucket when its retention ends; verify stays clear of that moment.
RETENTION_EDGE_S: Final = 3_600


class Cell(NamedTuple):
    """The counts of one kind (term, topic or total) in one bucket."""

    kind: str
    resolution: str
    bucket_s: int


# Name to (docs, mentions), by cell; the total of a bucket has the empty name and its listings.
Counts = dict[Cell, dict[str, tuple[int, ...]]]


@dataclass(slots=True)
class Recount:
    """What `recount` found.

    Attributes:
        listings: how many were analysed.
        counts: what they give together.
        misnamed: ids of listings that are stored with other terms, acronyms or topics than their
            texts give.
    """

    listings: int
    counts: Counts = field(default_factory=dict)
    misnamed: list[str] = field(default_factory=list)


def shown_from(client: Client) -> dict[str, int]:
    """Per resolution the first bucket start, in epoch seconds, that is surely shown."""
    with translated():
        now_s = int(client.command("SELECT toUnixTimestamp(now())"))  # type: ignore[arg-type]
    return {
        resolution.name: 0
        if resolution.retention_days is None
        else now_s - resolution.retention_days * DAY_S + RETENTION_EDGE_S
        for resolution in RESOLUTIONS
    }


def recount(
    client: Client,
    reference: Analyser,
    start: date,
    end: date,
    shown: Mapping[str, int],
    generation: int,
) -> Recount:
    """Analyses and counts the listings of the days from ``start`` to before ``end``.

    Args:
        client: connected to the database.
        reference: the implementation to analyse with, by the taxonomy of ``generation``.
        start: the first day.
        end: the day after the last.
        shown: see `shown_from`; what is not shown is not counted.
        generation: of listings of another one the topics are not compared.
    """
    with translated():
        rows = client.query(
            "SELECT id, toUnixTimestamp(event_time) AS event_s, title, text, "
            "arraySlice(terms, 1, title_terms), arraySlice(terms, title_terms + 1), acronyms, "
            "topics, generation FROM listings_counted FINAL "
            "WHERE event_time >= {start:DateTime} AND event_time < {end:DateTime}",
            parameters={"start": midnight(start), "end": midnight(end)},
        ).result_rows
    found = Recount(len(rows))
    docs: dict[Cell, Counter[str]] = defaultdict(Counter)
    # Mentions beyond the first of each listing, which few names have.
    repeats: dict[Cell, Counter[str]] = defaultdict(Counter)
    counts = found.counts
    analyses = reference.analyse([(row[2], row[3]) for row in rows])
    for (listing_id, event_s, _, _, *names, of), analysis in zip(rows, analyses, strict=True):
        if not _is_named_so(analysis, names, with_topics=of == generation):
            found.misnamed.append(listing_id)
        for kind, mentioned in (("term", analysis.terms), ("topic", analysis.topics)):
            repeated = {name: count - 1 for name, count in mentioned.items() if count > 1}
            for cell in _cells(kind, event_s, shown):
                docs[cell].update(mentioned.keys())
                repeats[cell].update(repeated)
        for cell in _cells("total", event_s, shown):
            (listings,) = counts.get(cell, {}).get("", (0,))
            counts[cell] = {"": (listings + 1,)}
    for cell, terms in docs.items():
        if terms:  # a bucket whose listings mention nothing has no rows
            more = repeats[cell]
            counts[cell] = {name: (number, number + more[name]) for name, number in terms.items()}
    return found


def midnight(day: date) -> datetime:
    """The instant at which a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _is_named_so(analysis: Analysis, names: list[Any], *, with_topics: bool) -> bool:
    in_title, in_text, acronyms, topics = names
    terms = list(analysis.terms)
    return (
        sorted(in_title) == sorted(terms[: analysis.title_terms])
        and sorted(in_text) == sorted(terms[analysis.title_terms :])
        and acronyms == analysis.acronyms
        and (not with_topics or sorted(topics) == sorted(analysis.topics))
    )


def _cells(kind: str, event_s: int, shown: Mapping[str, int]) -> Iterator[Cell]:
    """The cells of a kind that an event falls in, without those past their retention."""
    for resolution in RESOLUTIONS:
        bucket_s = resolution.bucket_of(event_s)
        if bucket_s >= shown[resolution.name]:
            yield Cell(kind, resolution.name, bucket_s)
