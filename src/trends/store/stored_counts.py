"""The counts that the tables hold, of a range of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from clickhouse_connect.driver.client import Client

from trends.store.client import translated
from trends.store.recount import Cell, Counts, midnight


def stored_counts(client: Client, start: date, end: date, shown: Mapping[str, int]) -> Counts:
    """What people see of the days from ``start`` to before ``end``; see `recount.shown_from`."""
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
                parameters={"start": midnight(start), "end": midnight(end)},
            )
            for resolution, bucket_s, name, *numbers in result.result_rows:
                if bucket_s >= shown[resolution]:
                    counts[Cell(kind, resolution, bucket_s)][name] = tuple(numbers)
    return counts


def unlike_by_term(
    client: Client, start: date, end: date
) -> Iterator[tuple[int, str, tuple[int, ...], tuple[int, ...]]]:
    """Where the counts by day that are ordered by term are not those that are ordered by bucket.

    Yields:
        Start of the day in epoch seconds, term, (docs, mentions) by term, (docs, mentions) by
        bucket.
    """
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
            parameters={"start": midnight(start), "end": midnight(end)},
        ).result_rows
    for bucket_s, term, docs_again, mentions_again, docs_once, mentions_once in rows:
        yield bucket_s, term, (docs_again, mentions_again), (docs_once, mentions_once)
