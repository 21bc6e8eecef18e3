"""Short forms that stand for one long form, learned from the listings that introduce them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from trends.ranking.spelling import joined, same_words

INTRODUCED_MIN_LISTINGS: Final = 3
# Of the listings that introduce a short form, how many must mean the same by it.
DOMINANT_MIN_SHARE: Final = 0.7
# Of the listings that use a short form, how many must introduce it: "map" is a word, and hardly
# ever introduced; "rag" is introduced by most. Words of two letters are rare, so less will do.
INTRODUCED_MIN_SHARE: Final = 0.1
INTRODUCED_MIN_SHARE_OF_TWO_LETTERS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Introduced:
    """What listings introduce a short form for.

    Attributes:
        short: the short form.
        listings: that introduce it.
        meant: long forms and how many listings mean each; rare ones may be missing.
    """

    short: str
    listings: int
    meant: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """A short form, its long form, and other spellings of the long form."""

    short: str
    long: str
    variants: tuple[str, ...]
    listings: int
    """That introduce it."""
    share: float
    """Of all that introduce the short form."""


def learn(
    introduced: Iterable[Introduced], in_use: Mapping[str, tuple[int, int]]
) -> dict[str, Alias]:
    """The aliases that hold, by short form.

    Args:
        introduced: over the whole history.
        in_use: short form to the listings of a sample that introduce it and that mention it
            without introducing it; a short form that is missing is taken for an abbreviation.
    """
    found: dict[str, Alias] = {}
    for one in introduced:
        alias = _dominant(one)
        if alias is not None and _is_introduced(one.short, *in_use.get(one.short, (1, 0))):
            found[one.short] = alias
    return found


def _dominant(one: Introduced) -> Alias | None:
    """The long form that most listings mean, its other spellings counted with it."""
    meant = sorted(one.meant, key=lambda pair: (-pair[1], pair[0]))
    if not meant:
        return None
    long = meant[0][0]
    if _lacks_a_word(one.short, long):
        return None
    same = [(other, listings) for other, listings in meant if same_words(other, long)]
    listings = sum(number for _, number in same)
    if listings < INTRODUCED_MIN_LISTINGS or listings < DOMINANT_MIN_SHARE * one.listings:
        return None
    variants = tuple(
        other for other, number in same[1:] if number > 1 or joined(other) == joined(long)
    )
    return Alias(one.short, long, variants, listings, listings / one.listings)


def _lacks_a_word(short: str, long: str) -> bool:
    """Whether ``short`` doubles a letter that begins one word of ``long`` only.

    "ssl" is no "supervised learning": a word is missing in front.
    """
    initials = "".join(word[0] for word in long.split())
    return any(
        letter == following and letter * 2 not in initials and initials.count(letter) == 1
        for letter, following in itertools.pairwise(short)
    )


def _is_introduced(short: str, introduced: int, mentioned: int) -> bool:
    used = introduced + mentioned
    least = INTRODUCED_MIN_SHARE if len(short) > 2 else INTRODUCED_MIN_SHARE_OF_TWO_LETTERS
    return used == 0 or introduced >= least * used
