"""Which long forms listings introduce short forms for, over the whole history."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.ranking.aliases import INTRODUCED_MIN_LISTINGS, Introduced
from trends.store.ranked_counts import rows_of

LONG_FORMS_MAX: Final = 12
# The last second that ClickHouse's DateTime holds.
_END_OF_TIME: Final = datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC)


def introductions(
    client: Client, names: Iterable[str], before: datetime | None = None
) -> list[Introduced]:
    """Those of short forms in ``names``, and of short forms of what stands in ``names``.

    Args:
        client: of the store.
        names: that may be or hold either.
        before: listings from then on are not looked at; None: all are.
    """
    parts = sorted({part for name in names for part in _parts(name)})
    if not parts:
        return []
    rows = rows_of(
        client,
        "SELECT short, sum(listings) AS total, "
        f"arraySlice(arrayReverseSort(groupArray((listings, long))), 1, {LONG_FORMS_MAX}) FROM ("
        "SELECT short, long, count() AS listings FROM listings_counted "
        "ARRAY JOIN mapKeys(acronyms) AS short, mapValues(acronyms) AS long "
        "WHERE event_time < %(before)s GROUP BY short, long) "
        f"GROUP BY short HAVING total >= {INTRODUCED_MIN_LISTINGS} "
        "AND (short IN %(parts)s OR hasAny(groupArray(long), %(longs)s)) ORDER BY short",
        parts=tuple(parts),
        longs=parts,
        before=before or _END_OF_TIME,
    )
    return [
        Introduced(row[0], int(row[1]), tuple((long, int(n)) for n, long in row[2])) for row in rows
    ]


def _parts(name: str) -> Iterable[str]:
    words = name.split()
    for start, end in itertools.combinations(range(len(words) + 1), 2):
        yield " ".join(words[start:end])
