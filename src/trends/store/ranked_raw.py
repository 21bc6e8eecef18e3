"""Stored names in order of their counts, as they are: nothing merged, nothing left out."""

from __future__ import annotations

from typing import Final

from clickhouse_connect.driver.client import Client

from trends.ranking.counted import Counted, Totals
from trends.ranking.rising import BEFORE_PRIOR
from trends.store.ranked_counts import Windows, candidates, rows_of, totals_of

KINDS: Final = ("terms", "topics")


def raw_counts(
    client: Client, kind: str, windows: Windows, limit: int, *, by_rise: bool
) -> tuple[list[Counted], Totals]:
    """The stored terms or topics with most docs, or that rise most.

    Raises:
        ValueError: if ``kind`` is neither.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    if kind == "terms":
        return candidates(client, windows, limit, by_rise=by_rise)
    listings, listings_before = totals_of(client, windows)
    chance = f"(was + {BEFORE_PRIOR}) * %(scale)s"
    order = f"(now - {chance}) / sqrt({chance} + 1) DESC, " if by_rise else ""
    rows = rows_of(
        client,
        "SELECT topic, sumIf(docs, bucket >= %(start)s) AS now, "
        "sumIf(docs, bucket < %(start)s) AS was, sumIf(mentions, bucket >= %(start)s) AS times, "
        "sum(now) OVER (), sum(times) OVER () FROM topics "
        "WHERE resolution = '1d' AND bucket >= %(before)s AND bucket < %(end)s "
        f"GROUP BY topic HAVING now > 0 ORDER BY {order}now DESC, topic LIMIT %(limit)s",
        before=windows.before,
        start=windows.start,
        end=windows.end,
        scale=listings / max(listings_before, 1),
        limit=limit,
    )
    counted = [Counted(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]
    docs, mentions = (int(rows[0][4]), int(rows[0][5])) if rows else (0, 0)
    return counted, Totals(listings, listings_before, docs, mentions)
