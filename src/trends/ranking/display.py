"""The written form under which people see an entry: the one that most listings use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from trends.ranking.surfaces import Votes

# A word that a hyphen joins to the front of nearly every occurrence belongs to the name:
# "context learning" is written "in-context learning".
HYPHENED_MIN_SHARE: Final = 0.7
# The way with fewest capitals is shown, of those with so much of the votes of the most frequent.
LOWER_CASE_MIN_SHARE: Final = 0.3
# A capital within sentences, in so many listings, makes a proper name.
PROPER_MIN_SHARE: Final = 0.9
PROPER_MIN_LISTINGS: Final = 2
_POSSESSIVE: Final = re.compile(r"['’]s$")


def written(names: Sequence[str], votes: Mapping[str, Votes]) -> str:
    """How an entry is shown; its most frequent name where no listing says.

    The names of an entry are weighed by the listings that write them in running text; only where
    there is no such text do titles decide, for they capitalise words that are no names.
    """
    for box in ("text", "start", "title"):
        by_form: defaultdict[str, float] = defaultdict(float)
        for name in names:
            if name in votes:
                for form, share in getattr(votes[name], box).items():
                    by_form[_POSSESSIVE.sub("", form)] += share
        if by_form:
            return _hyphened(names, votes) + _most(by_form)
    return names[0]


def _most(forms: Mapping[str, float]) -> str:
    """The most frequent way to write it, first in letters, then in case."""
    letters: defaultdict[str, float] = defaultdict(float)
    for form, votes in forms.items():
        letters[form.casefold()] += votes
    best = max(letters, key=lambda form: (letters[form], form))
    same = [form for form in forms if form.casefold() == best]
    enough = LOWER_CASE_MIN_SHARE * max(forms[form] for form in same)
    # Capitals in front of "(VLMs)" are a habit of writing, no part of the name.
    return min(
        (form for form in same if forms[form] >= enough),
        key=lambda form: (sum(map(str.isupper, form)), -forms[form], form),
    )


def _hyphened(names: Iterable[str], votes: Mapping[str, Votes]) -> str:
    """The word before it, with its hyphen, if nearly always the same."""
    before: defaultdict[str, float] = defaultdict(float)
    listings = 0
    for name in names:
        if name in votes:
            listings += votes[name].listings
            for word, share in votes[name].hyphened.items():
                before[word.lower()] += share
    word, share = max(before.items(), key=lambda one: (one[1], one[0]), default=("", 0.0))
    return word if listings >= 3 and share >= HYPHENED_MIN_SHARE * listings else ""


def is_proper(names: Iterable[str], votes: Mapping[str, Votes]) -> bool:
    """Whether it is the name of something: each word of it holds a capital, or is a number."""
    capital = total = 0.0
    listings = 0
    for name in names:
        if name not in votes:
            continue
        listings += votes[name].listings
        for form, share in votes[name].text.items():
            total += share
            first, *others = form.replace("-", " ").split()
            capital += share * (
                _has_capital(first)
                and all(_has_capital(word) or not word[0].isalpha() for word in others)
            )
    return listings >= PROPER_MIN_LISTINGS and total > 0 and capital >= PROPER_MIN_SHARE * total


def _has_capital(word: str) -> bool:
    return word[:1].isalpha() and any(map(str.isupper, word))
