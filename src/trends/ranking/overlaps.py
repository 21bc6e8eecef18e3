"""Names that the limit on the length of terms has cut out of longer ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from trends.analysis.terms import TERM_MAX_TOKENS
from trends.ranking.entry import Entry, Reason
from trends.ranking.sample import Sample

# Two names of equal length that overlap ("a b c d", "b c d e") and stand in the same listings.
SAME_LISTINGS: Final = 0.8
# A name that ends with what is so often only the beginning of a longer one.
CUT_MIN_COVERED: Final = 0.9


def without_cut(entries: Sequence[Entry]) -> list[Entry]:
    """``entries``, those marked that end within a longer name.

    "ability of large language" goes on with "model", as "large language" nearly always does.
    """
    by_key = {entry.key: entry for entry in entries}
    return [_cut(entry, by_key) for entry in entries]


def _cut(entry: Entry, decided: Mapping[str, Entry]) -> Entry:
    if entry.left_out is not None:
        return entry
    # Shorter ones have their whole beside them, unless that is too long to be counted.
    least = 0.0 if len(entry.name.split()) == TERM_MAX_TOKENS else CUT_MIN_COVERED
    for start in range(1, len(entry.words)):
        tail = decided.get("".join(entry.words[start:]))
        part_of = tail.left_out if tail is not None else None
        if tail is None or part_of is None or part_of.reason is not Reason.PART:
            continue
        if part_of.figure >= least and part_of.key.startswith(tail.key):
            return entry.without(Reason.CUT, part_of.figure, part_of.limit, decided[part_of.key])
    return entry


def without_overlaps(entries: list[Entry], sample: Sample) -> list[Entry]:
    """Of entries that overlap in all words but one and share their listings, the first stays."""
    by_edge: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if entry.left_out is None and len(entry.words) > 2:
            by_edge[entry.words[:-1]].append(place)
    for place, entry in enumerate(entries):
        if entry.left_out is not None or len(entry.words) <= 2:
            continue
        for other in by_edge.get(entry.words[1:], ()):
            first, second = sorted((place, other))
            if first == second or any(entries[one].left_out for one in (first, second)):
                continue
            share = _common(entries[first], entries[second], sample)
            if share >= SAME_LISTINGS:
                entries[second] = entries[second].without(
                    Reason.SAME_LISTINGS, share, SAME_LISTINGS, entries[first]
                )
    return entries


def _common(one: Entry, other: Entry, sample: Sample) -> float:
    ours = sample.any_of(sample.present, one.names)
    theirs = sample.any_of(sample.present, other.names)
    either = int((ours | theirs).sum())
    return int((ours & theirs).sum()) / either if either else 0.0
