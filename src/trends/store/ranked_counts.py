"""Counts that a ranking is made of: candidates, certain names, and entries of several names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.ranking.counted import Counted, Totals
from trends.ranking.rising import BEFORE_PRIOR
from trends.store.client import in_utc, translated

# Merged parts of old months need no merging when read.
_SETTINGS: Final = {
    "do_not_merge_across_partitions_select_final": 1,
    "max_query_size": 16 << 20,
    # Thousands of names are in nearly every granule: asking its Bloom filter for each takes longer
    # than reading it.
    "use_skip_indexes": 0,
}


@dataclass(frozen=True, slots=True)
class Windows:
    """A window, and the one before that it is compared with: [before, start) and [start, end)."""

    before: datetime
    start: datetime
    end: datetime


def totals_of(client: Client, windows: Windows) -> tuple[int, int]:
    """Listings of the window and of the one before."""
    rows = rows_of(
        client,
        "SELECT sumIf(listings, bucket >= %(start)s), sumIf(listings, bucket < %(start)s) "
        "FROM totals WHERE resolution = '1d' AND bucket >= %(before)s AND bucket < %(end)s",
        before=windows.before,
        start=windows.start,
        end=windows.end,
    )
    return int(rows[0][0]), int(rows[0][1])


def candidates(
    client: Client, windows: Windows, limit: int, *, by_rise: bool, docs_min: int = 1
) -> tuple[list[Counted], Totals]:
    """The names that most listings mention, or that rise most; and the windows' totals."""
    listings, listings_before = totals_of(client, windows)
    chance = f"(was + {BEFORE_PRIOR}) * %(scale)s"
    order = f"(now - {chance}) / sqrt({chance} + 1) DESC, " if by_rise else ""
    # The window before is read at once only where the order depends on it.
    first = windows.before if by_rise else windows.start
    rows = rows_of(
        client,
        # Sums over all names stand beside each, so that the table is read once.
        "SELECT term, now, was, times, all_docs, all_mentions FROM ("
        "SELECT term, sumIf(docs, bucket >= %(start)s) AS now, "
        "sumIf(docs, bucket < %(start)s) AS was, sumIf(mentions, bucket >= %(start)s) AS times, "
        "sum(now) OVER () AS all_docs, sum(times) OVER () AS all_mentions FROM term_counts FINAL "
        "WHERE resolution = '1d' AND bucket >= %(first)s AND bucket < %(end)s GROUP BY term) "
        f"WHERE now >= %(least)s ORDER BY {order}now DESC, term LIMIT %(limit)s",
        first=first,
        start=windows.start,
        end=windows.end,
        least=docs_min,
        limit=limit,
        scale=listings / max(listings_before, 1),
    )
    counted = [Counted(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]
    if not by_rise:
        earlier = replace(windows, end=windows.start)
        was = {one.name: one.docs_before for one in counts_of(client, earlier, _names(counted))}
        counted = [replace(one, docs_before=was.get(one.name, 0)) for one in counted]
    docs, mentions = (int(rows[0][4]), int(rows[0][5])) if rows else (0, 0)
    return counted, Totals(listings, listings_before, docs, mentions)


def _names(counted: Iterable[Counted]) -> list[str]:
    return [one.name for one in counted]


def counts_of(client: Client, windows: Windows, names: Collection[str]) -> list[Counted]:
    """Those of ``names`` that are counted in either window."""
    if not names:
        return []
    rows = rows_of(
        client,
        "SELECT term, sumIf(docs, bucket >= %(start)s), sumIf(docs, bucket < %(start)s), "
        "sumIf(mentions, bucket >= %(start)s) FROM term_counts FINAL "
        # Before versions are merged, which is right for columns of the key.
        "PREWHERE resolution = '1d' AND bucket >= %(before)s AND bucket < %(end)s "
        "AND term IN %(names)s GROUP BY term",
        before=windows.before,
        start=windows.start,
        end=windows.end,
        names=tuple(sorted(names)),
    )
    return [Counted(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]


def distinct_docs(
    client: Client, windows: Windows, groups: Mapping[str, Collection[str]]
) -> dict[str, tuple[int, int]]:
    """Listings of each window that mention any name of a group: exact, from the listings.

    Args:
        client: of the store.
        windows: the two.
        groups: key to its names; a name belongs to one group.
    """
    if not groups:
        return {}
    keys = sorted(groups)
    owner = {name: number for number, key in enumerate(keys, 1) for name in groups[key]}
    rows = rows_of(
        client,
        "SELECT owner, countIf(event_time >= %(start)s), countIf(event_time < %(start)s) FROM ("
        "SELECT event_time, arrayDistinct(arrayFilter(n -> n > 0, "
        "arrayMap(t -> transform(t, %(names)s, %(owners)s, 0), terms))) AS owners "
        "FROM listings_counted FINAL "
        "PREWHERE event_time >= %(before)s AND event_time < %(end)s) "
        "ARRAY JOIN owners AS owner GROUP BY owner",
        before=windows.before,
        start=windows.start,
        end=windows.end,
        names=list(owner),
        owners=list(owner.values()),
    )
    found = {keys[int(row[0]) - 1]: (int(row[1]), int(row[2])) for row in rows}
    return {key: found.get(key, (0, 0)) for key in keys}


def rows_of(client: Client, sql: str, **parameters: Any) -> list[Any]:
    """The rows of a query; its values are put into the text, for there may be thousands."""
    with translated():
        result = client.query(sql, parameters=in_utc(parameters), settings=_SETTINGS)
        return list(result.result_rows)
