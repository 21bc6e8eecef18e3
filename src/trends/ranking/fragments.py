"""Entries that are only a part of a longer one: "large language" of "large language model".

After the C-value (Frantzi, Ananiadou and Mima 2000): what counts for a shorter term is what is
left of it outside the longer terms that hold it. There it is a mean over the longer terms'
frequencies; here the listings themselves say which of them hold a longer one, so that terms which
overlap are not subtracted twice. No count changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from trends.analysis.terms import TERM_MAX_TOKENS
from trends.ranking.entry import Entry, Reason
from trends.ranking.sample import Mask, Sample

# Swallowed where one longer entry stands in so many of its listings ...
COVERED_BY_ONE_PHRASE: Final = 0.65
COVERED_BY_ONE_WORD: Final = 0.7
# ... or all longer entries together in so many.
COVERED_BY_ALL: Final = 0.85
# The end of many phrases, none of them frequent: a word before it in so many listings
# ("generation model", "learning framework"). Half a listing is added to those without.
ALWAYS_PRECEDED: Final = 0.9
PRECEDED_PRIOR: Final = 0.5
# Two names of equal length that overlap ("a b c d", "b c d e") and stand in the same listings.
SAME_LISTINGS: Final = 0.8
# With fewer listings in the sample, the exact counts of the window decide.
SAMPLE_MIN_LISTINGS: Final = 5


def without_fragments(entries: Sequence[Entry], sample: Sample) -> list[Entry]:
    """``entries`` with those marked that a longer one stands for."""
    by_key = {entry.key: entry for entry in entries}
    holders = _holders(entries)
    decided: dict[str, Entry] = {}
    # Longest first, so that a part of a part goes to the whole.
    for entry in sorted(entries, key=lambda one: -len(one.key)):
        decided[entry.key] = _decide(
            entry, [decided[key] for key in holders.get(entry.key, ())], by_key, sample
        )
    found = [_cut(decided[entry.key], decided) for entry in entries]
    return _without_overlaps(found, sample)


def _cut(entry: Entry, decided: Mapping[str, Entry]) -> Entry:
    """``entry``, marked if it is as long as terms can be and ends within a longer name.

    "ability of large language" goes on with "model", as "large language" nearly always does.
    """
    if entry.left_out is not None or len(entry.name.split()) < TERM_MAX_TOKENS:
        return entry
    for start in range(1, len(entry.words) - 1):
        tail = decided.get("".join(entry.words[start:]))
        part_of = tail.left_out if tail is not None else None
        if tail is None or part_of is None or part_of.reason is not Reason.PART:
            continue
        if part_of.key.startswith(tail.key):
            return entry.without(Reason.CUT, part_of.figure, part_of.limit, decided[part_of.key])
    return entry


def _holders(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """Key to the keys of the entries that hold it as a run of whole words."""
    known = {entry.key for entry in entries}
    found: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for key in {*_parts(entry.words)} & known - {entry.key}:
            found[key].append(entry.key)
    return found


def _parts(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield "".join(words[start:end])


def _decide(
    entry: Entry, holders: Sequence[Entry], by_key: Mapping[str, Entry], sample: Sample
) -> Entry:
    present = sample.any_of(sample.present, entry.names)
    found = _covered(entry, holders, present, sample)
    if found is None:
        return _preceded(entry, present, sample) or entry
    share, limit, holder = found
    return entry.without(Reason.PART, share, limit, by_key[_whole(holder)])


def _preceded(entry: Entry, present: Mask, sample: Sample) -> Entry | None:
    preceded = int((sample.any_of(sample.preceded, entry.names) & present).sum())
    share = preceded / (int(present.sum()) + PRECEDED_PRIOR)
    return entry.without(Reason.END, share, ALWAYS_PRECEDED) if share >= ALWAYS_PRECEDED else None


def _covered(
    entry: Entry, holders: Sequence[Entry], present: Mask, sample: Sample
) -> tuple[float, float, Entry] | None:
    """Share of the listings that hold a longer entry, its limit, and the longer entry."""
    if not holders:
        return None
    listings = int(present.sum())
    if listings < SAMPLE_MIN_LISTINGS:
        covered = [(_share_of_counts(entry, holder), holder) for holder in holders]
        together = 0.0
    else:
        inside = [sample.any_of(sample.present, holder.names) & present for holder in holders]
        covered = [
            (float(mask.sum()) / listings, holder)
            for mask, holder in zip(inside, holders, strict=True)
        ]
        union: Mask = np.logical_or.reduce(inside)
        together = float(union.sum()) / listings
    share, holder = max(covered, key=lambda one: (one[0], one[1].docs))
    limit = COVERED_BY_ONE_PHRASE if len(entry.words) > 1 else COVERED_BY_ONE_WORD
    if share >= limit:
        return share, limit, holder
    if together >= COVERED_BY_ALL:
        return together, COVERED_BY_ALL, holder
    return None


def _share_of_counts(entry: Entry, holder: Entry) -> float:
    """By the counts of the window: every listing with the longer name has the shorter."""
    inside = max(
        (one.docs for one in holder.counted if f" {entry.name} " in f" {one.name} "), default=0
    )
    return min(inside / max(entry.docs, 1), 1.0)


def _whole(holder: Entry) -> str:
    left_out = holder.left_out
    return left_out.key if left_out is not None and left_out.key else holder.key


def _without_overlaps(entries: list[Entry], sample: Sample) -> list[Entry]:
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
