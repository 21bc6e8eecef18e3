"""All names under which one thing may stand in the counts: aliases and spaces resolved."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from trends.ranking.aliases import Alias
from trends.ranking.spelling import joined

# A name of so many tokens is looked up in every way to write some of them as one.
JOINED_MAX_TOKENS: Final = 8
SPLIT_MIN_CHARS: Final = 2
_ROUNDS: Final = 3


class Spellings:
    """Names to what they stand for, and back; depends on the aliases alone."""

    def __init__(self, aliases: Mapping[str, Alias]) -> None:
        self.aliases = dict(aliases)
        self._long = {alias.short: alias.long for alias in aliases.values()}
        by_joined: dict[str, str] = {}
        for alias in sorted(aliases.values(), key=lambda one: one.listings):
            for variant in (*alias.variants, alias.long):
                by_joined[joined(variant)] = alias.long
        self._by_joined = by_joined
        shorts: dict[str, list[str]] = defaultdict(list)
        for alias in aliases.values():
            for long in (alias.long, *alias.variants):
                shorts[long].append(alias.short)
        self._shorts = dict(shorts)

    def words(self, name: str) -> tuple[str, ...]:
        """The tokens of ``name`` with short forms written out, also inside ("llm agent")."""
        words = tuple(name.split())
        for _ in range(_ROUNDS):
            long = self._by_joined.get("".join(words))
            written = tuple(long.split()) if long is not None else words
            written = tuple(
                token for word in written for token in self._long.get(word, word).split()
            )
            if written == words:
                break
            words = written
        return words

    def key(self, name: str) -> str:
        """Equal for names that are one entry."""
        return "".join(self.words(name))

    def all_names(self, name: str) -> set[str]:
        """Every name that could have the same key: to be looked up, most will not exist."""
        written = {" ".join(self.words(name)), name}
        for _ in range(_ROUNDS):
            written |= {
                f"{before}{short}{after}"
                for one in written
                for before, inner, after in _runs(one)
                for short in self._shorts.get(inner, ())
            }
            written |= {
                f"{before}{long}{after}"
                for one in written
                for before, inner, after in _runs(one)
                if inner in self._long
                for long in (self._long[inner], *self.aliases[inner].variants)
            }
        key = self.key(name)
        respaced = {other for one in written for other in _respaced(one)}
        return {one for one in written | respaced if self.key(one) == key}


def _runs(name: str) -> Iterable[tuple[str, str, str]]:
    """(what is before it, run of tokens, what is behind it)."""
    words = name.split()
    for start, end in itertools.combinations(range(len(words) + 1), 2):
        before, after = words[:start], words[end:]
        yield (
            " ".join(before) + " " * bool(before),
            " ".join(words[start:end]),
            " " * bool(after) + " ".join(after),
        )


def _respaced(name: str) -> Iterable[str]:
    """``name`` with any of its spaces left out, or with one more."""
    words = name.split()
    if len(words) > JOINED_MAX_TOKENS:
        return
    for kept in itertools.product((" ", ""), repeat=len(words) - 1):
        spaced = words[0] + "".join(gap + word for gap, word in zip(kept, words[1:], strict=True))
        yield spaced
        for at in range(SPLIT_MIN_CHARS, len(spaced) - SPLIT_MIN_CHARS + 1):
            if spaced[at - 1] != " " and spaced[at] != " ":
                yield f"{spaced[:at]} {spaced[at:]}"
