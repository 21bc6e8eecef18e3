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

from trends.ranking.entry import Entry, Reason
from trends.ranking.overlaps import without_cut, without_overlaps
from trends.ranking.sample import Mask, Sample

# Swallowed where one longer entry stands in so many of its listings ...
COVERED_BY_ONE_PHRASE: Final = 0.65
COVERED_BY_ONE_WORD: Final = 0.7
# ... or all longer entries together in so many, rare ones left aside: everything has many of those.
COVERED_BY_ALL: Final = 0.75
OFTEN: Final = 0.1
# A longer name in no more of its listings' titles is no whole of what most titles name.
WRAPPING_MAX_TITLED: Final = 0.05
TITLES_MIN_LISTINGS: Final = 3
# The end of many phrases, none of them frequent: a word before it in so many listings
# ("generation model", "learning framework"). Half a listing is added to those without.
ALWAYS_PRECEDED: Final = 0.9
PRECEDED_PRIOR: Final = 0.5
# But not what so many titles of its listings name.
OWN_TITLED: Final = 0.5
# With fewer listings in the sample, the exact counts of the window decide.
SAMPLE_MIN_LISTINGS: Final = 5


def without_fragments(entries: Sequence[Entry], sample: Sample) -> list[Entry]:
    """``entries`` with those marked that a longer one stands for."""
    by_key = {entry.key: entry for entry in entries}
    holders = _holders(entries)
    decided: dict[str, Entry] = {}
    # Longest first, so that a part of a part goes to the whole.
    for entry in sorted(entries, key=lambda one: -len(one.key)):
        around = [decided[key] for key in holders.get(entry.key, ())]
        wrapping = [holder for holder in around if _wraps(holder, entry, sample)]
        longer = [holder for holder in around if holder not in wrapping]
        decided[entry.key] = _decide(entry, longer, by_key, sample)
        for holder in wrapping:
            if holder.left_out is None:
                share = _covered_by(entry, holder, sample)
                if share >= _limit(entry):
                    decided[holder.key] = holder.without(Reason.WRAPS, share, _limit(entry), entry)
    return without_overlaps(without_cut([decided[entry.key] for entry in entries]), sample)


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


def _wraps(holder: Entry, entry: Entry, sample: Sample) -> bool:
    """Whether titles have ``entry`` and hardly ever ``holder``: it adds words, no subject.

    "we test glider nets" may stand in every text; the titles say "glider nets".
    """
    titled, listings = _titles(entry, sample)
    longer, of_longer = _titles(holder, sample)
    return (
        titled >= max(TITLES_MIN_LISTINGS, OWN_TITLED * listings)
        and longer <= WRAPPING_MAX_TITLED * of_longer
    )


def _titles(entry: Entry, sample: Sample) -> tuple[int, int]:
    """Listings with a text that have it in the title, and that have it at all."""
    has_text = sample.title_share < 1
    titled = sample.any_of(sample.titled, entry.names) & has_text
    present = sample.any_of(sample.present, entry.names) & has_text
    return int(titled.sum()), int(present.sum())


def _preceded(entry: Entry, present: Mask, sample: Sample) -> Entry | None:
    titled, of_those = _titles(entry, sample)
    if titled and titled >= OWN_TITLED * of_those:
        return None
    listings = int(present.sum())
    preceded = int((sample.any_of(sample.preceded, entry.names) & present).sum())
    share = preceded / (listings + PRECEDED_PRIOR)
    return entry.without(Reason.END, share, ALWAYS_PRECEDED) if share >= ALWAYS_PRECEDED else None


def _limit(entry: Entry) -> float:
    return COVERED_BY_ONE_PHRASE if len(entry.words) > 1 else COVERED_BY_ONE_WORD


def _covered(
    entry: Entry, holders: Sequence[Entry], present: Mask, sample: Sample
) -> tuple[float, float, Entry] | None:
    """Share of the listings that hold a longer entry, its limit, and the longer entry."""
    if not holders:
        return None
    covered = [(_covered_by(entry, holder, sample), holder) for holder in holders]
    share, holder = max(covered, key=lambda one: (one[0], one[1].docs))
    if share >= _limit(entry):
        return share, _limit(entry), holder
    listings = int(present.sum())
    if listings < SAMPLE_MIN_LISTINGS:
        return None
    often = [sample.any_of(sample.present, one.names) for part, one in covered if part >= OFTEN]
    union: Mask = np.any(often, axis=0) & present
    together = float(union.sum()) / listings
    return (together, COVERED_BY_ALL, holder) if together >= COVERED_BY_ALL else None


def _covered_by(entry: Entry, holder: Entry, sample: Sample) -> float:
    present = sample.any_of(sample.present, entry.names)
    listings = int(present.sum())
    if listings < SAMPLE_MIN_LISTINGS:
        return _share_of_counts(entry, holder)
    return int((sample.any_of(sample.present, holder.names) & present).sum()) / listings


def _share_of_counts(entry: Entry, holder: Entry) -> float:
    """By the counts of the window: every listing with the longer name has the shorter."""
    inside = max(
        (one.docs for one in holder.counted if f" {entry.name} " in f" {one.name} "), default=0
    )
    return min(inside / max(entry.docs, 1), 1.0)


def _whole(holder: Entry) -> str:
    left_out = holder.left_out
    return left_out.key if left_out is not None and left_out.key else holder.key
