"""What the commands ask of the store: rankings, series, progress, dead letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.client import query_rows

KINDS: Final = ("terms", "topics")


def newest_day(client: Client) -> date | None:
    """The last day with listings."""
    rows = query_rows(client, "SELECT max(bucket), count() FROM totals WHERE resolution = '1d'")
    return rows[0][0].date() if rows and rows[0][1] else None


def first_day(client: Client) -> date | None:
    """The first day with listings."""
    rows = query_rows(client, "SELECT min(bucket), count() FROM totals WHERE resolution = '1d'")
    return rows[0][0].date() if rows and rows[0][1] else None


def series(
    client: Client, kind: str, names: Sequence[str], resolution: str
) -> list[tuple[datetime, str, int, int, float]]:
    """(bucket, name, docs, mentions, share) of each bucket with listings, zeros included."""
    column = _column(kind)
    return query_rows(
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
        query_rows(client, "SELECT shard, toInt64(max(version)) FROM checkpoints GROUP BY shard")
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
        rows = query_rows(
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
    terms = query_rows(client, "SELECT uniqExact(term) FROM term_counts WHERE resolution = '1d'")
    topics = query_rows(
        client,
        "SELECT uniqExact(topic) FROM topic_counts WHERE resolution = '1d' "
        "AND generation = (SELECT max(generation) FROM generations WHERE active)",
    )
    return int(terms[0][0]), int(topics[0][0])


def _column(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    return kind.removesuffix("s")
