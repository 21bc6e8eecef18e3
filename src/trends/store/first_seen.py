"""Since when names are counted: the first day of the whole history, for many names at once.

Of several versions of a row the first says the same as the last, so none are merged.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.client import in_utc, translated

_SETTINGS: Final = {"max_query_size": 16 << 20}


def terms_first_seen(client: Client, names: Collection[str], before: datetime) -> dict[str, date]:
    """Name to the first day on which a listing mentions it; days from ``before`` on do not count.

    A name that is not counted on any of these days is not in the answer.
    """
    return _first(
        client,
        "SELECT term, min(bucket) FROM term_days "
        "WHERE bucket < %(before)s AND term IN %(names)s GROUP BY term",
        names,
        before,
    )


def topics_first_seen(client: Client, names: Collection[str], before: datetime) -> dict[str, date]:
    """The same for topics, as the taxonomy has them now."""
    return _first(
        client,
        "SELECT topic, min(bucket) FROM topic_counts "
        "WHERE generation = (SELECT max(generation) FROM generations WHERE active) "
        "AND resolution = '1d' AND bucket < %(before)s AND topic IN %(names)s GROUP BY topic",
        names,
        before,
    )


def _first(client: Client, sql: str, names: Collection[str], before: datetime) -> dict[str, date]:
    if not names:
        return {}
    parameters = {"names": tuple(sorted(names)), "before": before}
    with translated():
        rows = client.query(sql, parameters=in_utc(parameters), settings=_SETTINGS).result_rows
    return {str(row[0]): row[1].date() for row in rows}
