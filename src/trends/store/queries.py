"""What the commands ask of the store: rankings, series, progress, dead letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.analysis.tokens import sentence_parts
from trends.store.client import translated

KINDS: Final = ("terms", "topics")


@dataclass(frozen=True, slots=True)
class RankedName:
    """A term or topic in a window, against the window of the same length before it."""

    name: str
    docs: int
    mentions: int
    share: float
    docs_before: int

    @property
    def lift(self) -> float | None:
        """Docs against the window before; None if it had none."""
        return self.docs / self.docs_before if self.docs_before else None


def newest_day(client: Client) -> date | None:
    """The last day with listings."""
    rows = _rows(client, "SELECT max(bucket), count() FROM totals WHERE resolution = '1d'")
    return rows[0][0].date() if rows and rows[0][1] else None


def top(client: Client, kind: str, days: int, last_day: date, limit: int) -> list[RankedName]:
    """The names that most listings of ``days`` days up to ``last_day`` mention, by docs."""
    column = _column(kind)
    end = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC) + timedelta(days=1)
    start = end - timedelta(days=days)
    rows = _rows(
        client,
        f"WITH (SELECT sum(listings) FROM totals WHERE resolution = '1d' "
        "AND bucket >= {start:DateTime} AND bucket < {end:DateTime}) AS listings "
        f"SELECT {column}, sumIf(docs, bucket >= {{start:DateTime}}) AS now, "
        "sumIf(mentions, bucket >= {start:DateTime}), now / listings, "
        "sumIf(docs, bucket < {start:DateTime}) "
        f"FROM {kind} WHERE resolution = '1d' "
        "AND bucket >= {before:DateTime} AND bucket < {end:DateTime} "
        f"GROUP BY {column} HAVING now > 0 ORDER BY now DESC, {column} LIMIT {{limit:UInt32}}",
        start=start,
        end=end,
        before=start - timedelta(days=days),
        limit=limit,
    )
    return [RankedName(*row) for row in rows]


def series(
    client: Client, kind: str, names: Sequence[str], resolution: str
) -> list[tuple[datetime, str, int, int, float]]:
    """(bucket, name, docs, mentions, share) of each bucket with listings, zeros included."""
    column = _column(kind)
    return _rows(
        client,
        "SELECT bucket, name, ifNull(docs, 0), ifNull(mentions, 0), ifNull(docs, 0) / listings "
        "FROM (SELECT bucket, listings, arrayJoin({names:Array(String)}) AS name FROM totals "
        "WHERE resolution = {resolution:String}) AS buckets "
        f"LEFT JOIN (SELECT bucket, {column} AS name, docs, mentions FROM {kind} "
        f"WHERE resolution = {{resolution:String}} AND {column} IN {{names:Array(String)}}) "
        "AS counts USING (bucket, name) ORDER BY bucket, name",
        names=list(names),
        resolution=resolution,
    )


def checkpoint_versions(client: Client) -> dict[str, int]:
    """How far each shard is stored."""
    return dict(
        _rows(client, "SELECT shard, toInt64(max(version)) FROM checkpoints GROUP BY shard")
    )


def accepted_at(client: Client, offsets: Mapping[str, Collection[int]]) -> int:
    """Listings whose first position is at one of these offsets of these shards."""
    return _at_offsets(client, "listings_counted", "shard", offsets)


def dead_at(client: Client, offsets: Mapping[str, Collection[int]]) -> int:
    """Dead letters that stand at one of these offsets of these shards."""
    return _at_offsets(client, "dead_letters", "origin", offsets)


def _at_offsets(
    client: Client, table: str, owner: str, offsets: Mapping[str, Collection[int]]
) -> int:
    found = 0
    for shard, wanted in offsets.items():
        rows = _rows(
            client,
            f"SELECT offset, count() FROM {table} FINAL WHERE {owner} = {{shard:String}} "
            "AND offset >= {first:UInt64} AND offset <= {last:UInt64} GROUP BY offset",
            shard=shard,
            first=min(wanted),
            last=max(wanted),
        )
        found += sum(count for offset, count in rows if offset in wanted)
    return found


def distinct_names(client: Client) -> tuple[int, int]:
    """How many different terms and topics are counted by day."""
    terms = _rows(client, "SELECT uniqExact(term) FROM term_counts WHERE resolution = '1d'")
    topics = _rows(
        client,
        "SELECT uniqExact(topic) FROM topic_counts WHERE resolution = '1d' "
        "AND generation = (SELECT max(generation) FROM generations WHERE active)",
    )
    return int(terms[0][0]), int(topics[0][0])


def _column(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    return kind.removesuffix("s")


def _rows(client: Client, sql: str, **parameters: object) -> list[Any]:
    with translated():
        return list(client.query(sql, parameters=parameters or None).result_rows)


def as_term(text: str) -> str:
    """What a person typed, as it stands in the counts."""
    return " ".join(token for part in sentence_parts(text) for token in part)
