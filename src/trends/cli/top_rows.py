"""What `trends top` prints: lines of a ranking, and why other names are not among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trends.ranking.counted import Counted, Totals
from trends.ranking.entry import Entry
from trends.ranking.rank import Ranked
from trends.ranking.rising import lift, score
from trends.ranking.subjects import Judged

Row = dict[str, object]


def ranked_row(line: Ranked, totals: Totals, *, explain: bool) -> Row:
    """A line of the ranking, for tables and JSON alike."""
    entry = line.entry
    row = _row("term", line.shown, entry.docs, entry.docs_before, entry.mentions, totals)
    row["names"] = list(entry.names)
    if explain:
        row["focus"] = line.judged.focus.value
        row["stands_for"] = [left_out_row(one, {}) for one in line.swallowed]
    return row


def raw_row(column: str, one: Counted, totals: Totals) -> Row:
    """A stored name."""
    return _row(column, one.name, one.docs, one.docs_before, one.mentions, totals)


def _row(column: str, name: str, docs: int, docs_before: int, mentions: int, totals: Totals) -> Row:
    listings, before = totals.listings, totals.listings_before
    return {
        column: name,
        "docs": docs,
        "mentions": mentions,
        "share": docs / listings if listings else 0.0,
        "docs_before": docs_before,
        "share_before": docs_before / before if before else 0.0,
        "lift": lift(docs, docs_before, totals),
        "rise": score(docs, docs_before, totals) if before else None,
    }


def left_out_rows(left_out: Iterable[Judged], lines: Iterable[Ranked]) -> list[Row]:
    """The entries that are not shown, in the order in which they would have been."""
    shown = {line.entry.key: line.shown for line in lines}
    return [left_out_row(one.entry, shown) for one in left_out]


def left_out_row(entry: Entry, shown: Mapping[str, str]) -> Row:
    """An entry and the rule that left it out; what the rule measured, and its limit."""
    reason = entry.left_out
    if reason is None:
        raise ValueError(f"{entry.name!r} is not left out")
    text = reason.reason.value
    if reason.key:
        text = f"{text} {shown.get(reason.key, reason.name)!r}"
    return {
        "term": entry.name,
        "docs": entry.docs,
        "docs_before": entry.docs_before,
        "figure": round(reason.figure, 3),
        "limit": round(reason.limit, 3),
        "reason": text,
    }
