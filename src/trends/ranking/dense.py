"""How names of scripts without spaces are written: cut pairs of characters back to words."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Final

from trends.analysis.characters import is_dense

# The next character belongs to the name where it stands there so often: "谷爱" is "谷爱凌".
NEXT_MIN_SHARE: Final = 0.7
NEXT_MIN_LISTINGS: Final = 3
EXTENDED_MAX_CHARS: Final = 8


def has_dense(name: str) -> bool:
    """Whether a part of ``name`` is of a script without spaces."""
    return any(is_dense(character) for character in name)


def whole(name: str, texts: Sequence[str]) -> str:
    """``name`` without the spaces that a segmenter put in, and with what always surrounds it.

    Args:
        name: as counted.
        texts: that mention it.
    """
    found = name if all(not is_dense(word) for word in name.split()) else _unspaced(name)
    for _ in range(EXTENDED_MAX_CHARS):
        longer = _extended(found, texts)
        if longer == found or len(longer) > EXTENDED_MAX_CHARS:
            break
        found = longer
    return found


def _unspaced(name: str) -> str:
    words = name.split()
    shown = words[0]
    for before, word in itertools.pairwise(words):
        shown += word if is_dense(before) and is_dense(word) else f" {word}"
    return shown


def _extended(name: str, texts: Sequence[str]) -> str:
    behind: Counter[str] = Counter()
    ahead: Counter[str] = Counter()
    listings = 0
    for text in texts:
        at = text.find(name)
        if at < 0:
            continue
        listings += 1
        end = at + len(name)
        behind[text[at - 1 : at]] += 1
        ahead[text[end : end + 1]] += 1
    if listings < NEXT_MIN_LISTINGS:
        return name
    for counts, in_front in ((ahead, False), (behind, True)):
        character, times = counts.most_common(1)[0]
        if character and is_dense(character) and times >= NEXT_MIN_SHARE * listings:
            return character + name if in_front else name + character
    return name
