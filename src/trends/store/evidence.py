"""The listings of a window that mention what rose there: the evidence of spikes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.ranked_counts import rows_of

# Of so many the newest are taken: enough to see what is mentioned together.
EVIDENCE_MAX_LISTINGS: Final = 1_500


@dataclass(frozen=True, slots=True)
class Mentioning:
    """A listing that mentions at least one of the names asked for.

    Attributes:
        upvotes: as the newest sighting before the moment asked about has them.
        terms: all of them; those of the title come first.
        title_terms: how many stand in the title.
        acronyms: short forms that the listing introduces, with their long forms.
    """

    id: str
    title: str
    url: str
    source: str
    event_time: datetime
    upvotes: int | None
    tags: tuple[str, ...]
    terms: Sequence[str]
    title_terms: int
    acronyms: Mapping[str, str]
    topics: Sequence[str]


def mentioning(
    client: Client,
    start: datetime,
    end: datetime,
    terms: Collection[str],
    topics: Collection[str],
    limit: int = EVIDENCE_MAX_LISTINGS,
) -> list[Mentioning]:
    """Listings with an event time in [start, end) that mention any of ``terms`` or ``topics``."""
    if not terms and not topics:
        return []
    rows = rows_of(
        client,
        "SELECT id, title, url, source, event_time, upvotes, tags, terms, title_terms, "
        "acronyms, topics FROM listings_counted FINAL "
        "PREWHERE event_time >= %(start)s AND event_time < %(end)s "
        "WHERE hasAny(terms, %(terms)s) OR hasAny(arrayMap(t -> toString(t), topics), %(topics)s) "
        "ORDER BY event_time DESC, id LIMIT %(limit)s",
        start=start,
        end=end,
        terms=sorted(terms) or [""],
        topics=sorted(topics) or [""],
        limit=limit,
    )
    later = _later_upvotes(client, [str(row[0]) for row in rows], end)
    return [
        Mentioning(
            str(row[0]),
            row[1],
            row[2],
            row[3],
            row[4],
            _newest(row[5], row[4], later.get(str(row[0]))),
            tuple(row[6]),
            row[7],
            int(row[8]),
            row[9],
            row[10],
        )
        for row in rows
    ]


def _newest(
    first: int | None, first_at: datetime, later: tuple[int, datetime] | None
) -> int | None:
    """As in the view `listings`: what arrived later may be of an earlier time."""
    return later[0] if later and (first is None or later[1] >= first_at) else first


def texts_of(client: Client, start: datetime, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Title and text of listings with an event time from ``start`` on, by id."""
    if not ids:
        return {}
    rows = rows_of(
        client,
        "SELECT id, title, text FROM listings_counted FINAL "
        "PREWHERE event_time >= %(start)s AND id IN %(ids)s",
        start=start,
        ids=tuple(sorted(ids)),
    )
    return {str(row[0]): (str(row[1]), str(row[2])) for row in rows}


def _later_upvotes(
    client: Client, ids: Sequence[str], before: datetime
) -> dict[str, tuple[int, datetime]]:
    if not ids:
        return {}
    rows = rows_of(
        client,
        "SELECT id, argMax(upvotes, event_time), max(event_time) FROM sightings FINAL "
        "WHERE event_time < %(before)s AND upvotes IS NOT NULL AND id IN %(ids)s GROUP BY id",
        before=before,
        ids=tuple(ids),
    )
    return {str(row[0]): (int(row[1]), row[2]) for row in rows}
