"""Rankings as they are kept for dashboards: which there are, what they were made of, and writing.

A ranking is one insert: its lines, and at rank 0 a row that tells what it was made of, so that one
without lines is known, too. Rows that go together carry the same `computed_at`, the moment before
the first count was read; the newest holds, whoever wrote last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from clickhouse_connect.driver.client import Client

from trends.detection.spike import Kind
from trends.store.client import query_rows, translated
from trends.store.ranked_counts import Windows

_NAMES: Final = [
    *("kind", "ordering", "span", "last_day", "rank", "name", "names", "docs", "mentions"),
    *("docs_before", "share", "lift", "rise", "listings", "listings_before", "first_seen"),
    *("computed_at", "took_ms"),
]


class Ordering(StrEnum):
    """What comes first: what most listings mention, or what rises most."""

    DOCS = "docs"
    RISE = "rise"


class RankingKey(NamedTuple):
    """One ranking: of the ``span`` days that end with ``last_day``, against as many before."""

    kind: Kind
    ordering: Ordering
    span: int
    last_day: date

    @property
    def windows(self) -> Windows:
        """As moments."""
        end = datetime(self.last_day.year, self.last_day.month, self.last_day.day, tzinfo=UTC)
        end += timedelta(days=1)
        length = timedelta(days=self.span)
        return Windows(end - 2 * length, end - length, end)


@dataclass(frozen=True, slots=True)
class Made:
    """What a ranking was made of.

    Attributes:
        basis: what else than the number of listings decides about it; another one, another ranking.
        listings: of the window whose counts were complete before the first count was read.
        listings_before: the same for the window before.
        computed_at: the moment before that; as exact as the store keeps it.
        took_ms: how long it took.
    """

    basis: str
    listings: int
    listings_before: int
    computed_at: datetime
    took_ms: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a ranking, as `trends top` shows it; rank is its place, from 1."""

    name: str
    names: tuple[str, ...]
    docs: int
    mentions: int
    docs_before: int
    share: float
    lift: float | None
    rise: float | None
    first_seen: date


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to rank, and what is ranked.

    Attributes:
        generation: that people see; 0 in an empty store.
        days: each day with listings, and how many of these are counted completely.
        made: the rankings there are.
    """

    generation: int
    days: Mapping[date, int]
    made: Mapping[RankingKey, Made]


def known(client: Client) -> Known:
    """The state of counts and rankings; cheap to ask for."""
    rows = query_rows(client, "SELECT max(generation) FROM generations WHERE active")
    generation = int(rows[0][0])
    return Known(generation, _complete(client, generation), _made(client))


def _complete(client: Client, generation: int) -> dict[date, int]:
    """Day to listings that a flush has counted to its end: totals are written before terms are.

    What a shard's checkpoint, or a rebuild, of this generation has not reached may be half counted.
    """
    rows = query_rows(
        client,
        "SELECT toDate(bucket) AS day, sumIf(listings, version < reached.next) "
        "FROM (SELECT shard, bucket, listings, version FROM bucket_totals FINAL "
        "WHERE resolution = '1d') AS counted "
        "LEFT JOIN (SELECT shard, max(version) + 1 AS next FROM ("
        "SELECT shard, toInt64(version) AS version, generation FROM checkpoints FINAL "
        "UNION ALL SELECT shard, version, generation FROM rebuilt FINAL) "
        "WHERE generation >= {generation:UInt32} GROUP BY shard) AS reached "
        "ON reached.shard = counted.shard GROUP BY day",
        generation=generation,
    )
    return {row[0]: int(row[1]) for row in rows}


def _made(client: Client) -> dict[RankingKey, Made]:
    rows = query_rows(
        client,
        "SELECT kind, ordering, span, last_day, name, listings, listings_before, "
        "toUnixTimestamp64Milli(computed_at), took_ms FROM rankings FINAL WHERE rank = 0",
    )
    return {
        RankingKey(Kind(row[0]), Ordering(row[1]), int(row[2]), row[3]): Made(
            row[4], int(row[5]), int(row[6]), _moment(int(row[7])), int(row[8])
        )
        for row in rows
    }


def put_ranking(
    client: Client, key: RankingKey, made: Made, lines: Sequence[Line], totals: tuple[int, int]
) -> None:
    """Writes a ranking as a whole, in one insert, in place of the one there was.

    Args:
        client: of the store.
        key: which one.
        made: what it was made of.
        lines: in order.
        totals: listings of both windows, as the lines know them.
    """
    # Of a ranking as a whole, `name` is its basis and `docs` its number of lines.
    whole = Line(made.basis, (), len(lines), 0, 0, 0.0, None, None, key.last_day)
    rows = [_row(key, 0, whole, (made.listings, made.listings_before), made)]
    rows += [_row(key, rank, line, totals, made) for rank, line in enumerate(lines, 1)]
    with translated():
        client.insert("rankings", rows, column_names=_NAMES)


def _row(
    key: RankingKey, rank: int, line: Line, totals: tuple[int, int], made: Made
) -> list[object]:
    return [
        *(key.kind.value, key.ordering.value, key.span, key.last_day, rank),
        *(line.name, list(line.names), line.docs, line.mentions, line.docs_before, line.share),
        *(line.lift, line.rise, *totals, line.first_seen, made.computed_at, made.took_ms),
    ]


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms // 1_000, UTC) + timedelta(milliseconds=unix_ms % 1_000)
