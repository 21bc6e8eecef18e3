"""What rises: more listings than the share before lets expect, by more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from trends.ranking.counted import Totals
from trends.ranking.entry import Entry, Reason

# Half a listing is added to what was before: a first mention is no miracle.
BEFORE_PRIOR: Final = 0.5
RISING_MIN_DOCS: Final = 4
NEW_MIN_DOCS: Final = 5
RISING_MIN_LIFT: Final = 1.25
RISING_MIN_SCORE: Final = 3.0
# A part of a phrase that makes up so much of its rise is not shown beside it.
EXPLAINED_MIN_SHARE: Final = 0.7
# A longer entry rises for itself if it was so much rarer among the shorter one's listings before.
FASTER_MIN_DEVIATIONS: Final = 2.0


def expected(docs_before: float, totals: Totals) -> float:
    """Listings that would mention it, had its share stayed the same."""
    return (docs_before + BEFORE_PRIOR) * totals.listings / max(totals.listings_before, 1)


def score(docs: float, docs_before: float, totals: Totals) -> float:
    """How many standard deviations ``docs`` lies above `expected` (Poisson)."""
    chance = expected(docs_before, totals)
    return (docs - chance) / math.sqrt(chance + 1)


def lift(docs: float, docs_before: float, totals: Totals) -> float | None:
    """Share by share before; None if it was not there."""
    if not docs_before or not totals.listings:
        return None
    return docs / totals.listings / (docs_before / max(totals.listings_before, 1))


def judge_rise(entry: Entry, totals: Totals) -> Entry:
    """``entry``, marked if it does not rise."""
    if entry.left_out is not None:
        return entry
    if not totals.listings_before:
        return entry.without(Reason.STEADY, 0.0, RISING_MIN_SCORE)
    least = RISING_MIN_DOCS if entry.docs_before else NEW_MIN_DOCS
    if entry.docs < least:
        return entry.without(Reason.FEW, entry.docs, least)
    times = lift(entry.docs, entry.docs_before, totals)
    if times is not None and times < RISING_MIN_LIFT:
        return entry.without(Reason.STEADY, times, RISING_MIN_LIFT)
    deviations = score(entry.docs, entry.docs_before, totals)
    if deviations < RISING_MIN_SCORE:
        return entry.without(Reason.STEADY, deviations, RISING_MIN_SCORE)
    return entry


def without_explained(entries: Sequence[Entry], totals: Totals) -> list[Entry]:
    """``entries``, those marked whose rise is the rise of another one.

    A part is, if a longer entry's rise makes up most of its own; a longer entry is, if it rises
    only because what it holds does.

    Args:
        entries: that rise, and those left out for other reasons.
        totals: of both windows.
    """
    rising = [entry for entry in entries if entry.left_out is None]
    parts = {entry.key: _unless_part(entry, rising, totals) for entry in rising}
    kept = [entry for entry in parts.values() if entry.left_out is None]
    return [
        _unless_longer(parts[entry.key], kept, totals) if entry.key in parts else entry
        for entry in entries
    ]


def _unless_part(entry: Entry, rising: Sequence[Entry], totals: Totals) -> Entry:
    own = entry.docs - expected(entry.docs_before, totals)
    longer = [other for other in rising if _holds(other.words, entry.words)]
    if not longer:
        return entry
    by = max(longer, key=lambda other: other.docs - expected(other.docs_before, totals))
    explained = (by.docs - expected(by.docs_before, totals)) / own
    if explained < EXPLAINED_MIN_SHARE:
        return entry
    return entry.without(Reason.EXPLAINED, explained, EXPLAINED_MIN_SHARE, by)


def _unless_longer(entry: Entry, rising: Sequence[Entry], totals: Totals) -> Entry:
    """Explained if the same part of the shorter entry's listings had it before."""
    if entry.left_out is not None:
        return entry
    own = score(entry.docs, entry.docs_before, totals)
    for shorter in rising:
        if not _holds(entry.words, shorter.words):
            continue
        if score(shorter.docs, shorter.docs_before, totals) < own:
            continue
        before = shorter.docs_before * entry.docs / shorter.docs
        deviations = (before - entry.docs_before) / math.sqrt(before + 1)
        if deviations < FASTER_MIN_DEVIATIONS:
            return entry.without(Reason.EXPLAINED, deviations, FASTER_MIN_DEVIATIONS, shorter)
    return entry


def _holds(words: Sequence[str], part: Sequence[str]) -> bool:
    length = len(part)
    return len(words) > length and any(
        words[at : at + length] == part for at in range(len(words) - length + 1)
    )
