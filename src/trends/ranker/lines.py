"""The lines of a ranking, as `trends top` has them, and since when their names are counted.

In: a client of the store and which ranking. Out: lines, and the listings of both windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.detection.spike import Kind
from trends.ranking.counted import Totals
from trends.ranking.rising import lift, score
from trends.store.first_seen import terms_first_seen, topics_first_seen
from trends.store.ranked import ranked_terms
from trends.store.ranked_raw import raw_counts
from trends.store.rankings import Line, Ordering, RankingKey

LINES_MAX: Final = 50


def ranked_lines(client: Client, key: RankingKey) -> tuple[list[Line], Totals]:
    """What `trends top` would print now for this window.

    Both orderings of a window are asked for apart: each has candidates of its own, and with them
    other evidence, so that together they would not be what `trends top` says of one.
    """
    if key.kind is Kind.TERM:
        return _terms(client, key)
    return _topics(client, key)


def _terms(client: Client, key: RankingKey) -> tuple[list[Line], Totals]:
    ranking = ranked_terms(client, key.windows, LINES_MAX, rising=key.ordering is Ordering.RISE)
    names = {name for line in ranking.lines for name in line.entry.names}
    seen = terms_first_seen(client, names, key.windows.end)
    lines = []
    for line in ranking.lines:
        entry = line.entry
        numbers = (entry.docs, entry.docs_before, entry.mentions)
        lines.append(_line(key, line.shown, entry.names, *numbers, ranking.totals, seen))
    return lines, ranking.totals


def _topics(client: Client, key: RankingKey) -> tuple[list[Line], Totals]:
    by_rise = key.ordering is Ordering.RISE
    counted, totals = raw_counts(client, "topics", key.windows, LINES_MAX, by_rise=by_rise)
    seen = topics_first_seen(client, {one.name for one in counted}, key.windows.end)
    lines = []
    for one in counted:
        numbers = (one.docs, one.docs_before, one.mentions)
        lines.append(_line(key, one.name, (one.name,), *numbers, totals, seen))
    return lines, totals


def _line(
    key: RankingKey,
    shown: str,
    names: Iterable[str],
    docs: int,
    docs_before: int,
    mentions: int,
    totals: Totals,
    seen: Mapping[str, date],
) -> Line:
    return Line(
        name=shown,
        names=tuple(names),
        docs=docs,
        mentions=mentions,
        docs_before=docs_before,
        share=docs / totals.listings if totals.listings else 0.0,
        lift=lift(docs, docs_before, totals),
        rise=score(docs, docs_before, totals) if totals.listings_before else None,
        # Counts of a topic can be taken away between two questions, by a rebuild.
        first_seen=min((seen[name] for name in names if name in seen), default=key.last_day),
    )
