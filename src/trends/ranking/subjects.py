"""Which entries are subjects, and which belong to the genre: decided by focus and breadth.

The limits were read off the rankings of abstracts; see docs/analysis.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from trends.analysis.characters import is_dense
from trends.ranking.entry import Entry, Reason
from trends.ranking.focus import Focus
from trends.ranking.generic import COMMON, NEVER

# A phrase is a subject from the focus of an average term on; a single word needs much more, ...
PHRASE_MIN_FOCUS: Final = 1.0
WORD_MIN_FOCUS: Final = 4.2
# ... unless the taxonomy declares it to be one.
DECLARED_PHRASE_MIN_FOCUS: Final = 0.8
DECLARED_WORD_MIN_FOCUS: Final = 1.5
# The more listings mention a word, the more it must be what they are about: times the square root
# of their share. "image" in 30 % of them needs 5.5 and has 4.7, "reasoning" in 21 % has 6.
BROAD_WORD_FOCUS: Final = 10.0
BROAD_DECLARED_WORD_FOCUS: Final = 7.0
# Another word follows nearly always: "fine grained", "end to end", "adaptive".
MODIFIER_MIN_FOLLOWED: Final = 0.75
MODIFIER_MIN_FOCUS: Final = 2.2
# So nearly always that the word alone is the front of other names: "contrastive", "Gaussian".
FRONT_FOLLOWED: Final = 0.85
# Names of things ("GPT-4o") are compared with more often than they are a subject.
PROPER_PHRASE_MIN_FOCUS: Final = 0.3
PROPER_WORD_MIN_FOCUS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry, its focus, and whether a proper name would be let in with it."""

    entry: Entry
    focus: Focus
    if_proper: bool = False

    def as_proper(self) -> Judged:
        """Let in: it has turned out to be a proper name."""
        return replace(self, entry=replace(self.entry, left_out=None), if_proper=False)


def judge(entry: Entry, focus: Focus, *, is_declared: bool) -> Judged:
    """``entry``, marked if it is no subject.

    Args:
        entry: not yet judged, or left out as a fragment.
        focus: of the entry.
        is_declared: whether it is a phrase of the taxonomy.
    """
    if entry.left_out is not None:
        return Judged(entry, focus)
    value = focus.value
    is_character = len(entry.key) == 1 and is_dense(entry.key)
    if entry.key in NEVER or (value is None and (is_character or entry.key in COMMON)):
        return Judged(entry.without(Reason.GENERIC, value or 0.0, 0.0), focus)
    if value is None:
        return Judged(entry, focus)
    if _is_front(entry, focus) and not is_declared:
        return Judged(entry.without(Reason.MODIFIER, focus.followed, FRONT_FOLLOWED), focus)
    # "GPT" is only how other names begin.
    is_begun = focus.followed >= MODIFIER_MIN_FOLLOWED
    least = PROPER_WORD_MIN_FOCUS if len(entry.words) == 1 else PROPER_PHRASE_MIN_FOCUS
    for reason, limit in _limits(entry, focus, is_declared):
        if value < limit:
            return Judged(
                entry.without(reason, value, limit),
                focus,
                if_proper=value >= least and not is_begun,
            )
    return Judged(entry, focus)


def _is_front(entry: Entry, focus: Focus) -> bool:
    return len(entry.words) == 1 and not is_dense(entry.key) and focus.followed >= FRONT_FOLLOWED


def _limits(entry: Entry, focus: Focus, is_declared: bool) -> list[tuple[Reason, float]]:
    if len(entry.words) == 1 and not is_dense(entry.key):
        least = DECLARED_WORD_MIN_FOCUS if is_declared else WORD_MIN_FOCUS
        broad = BROAD_DECLARED_WORD_FOCUS if is_declared else BROAD_WORD_FOCUS
        limits = [(Reason.GENRE, least), (Reason.BROAD, broad * math.sqrt(focus.breadth))]
    else:
        least = DECLARED_PHRASE_MIN_FOCUS if is_declared else PHRASE_MIN_FOCUS
        limits = [(Reason.GENRE, least)]
    if focus.followed >= MODIFIER_MIN_FOLLOWED:
        limits.append((Reason.MODIFIER, MODIFIER_MIN_FOCUS))
    return limits
