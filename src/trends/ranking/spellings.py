"""All names under which one thing may stand in the counts: aliases and spaces resolved."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from trends.analysis.terms import TERM_MAX_TOKENS
from trends.ranking.aliases import Alias
from trends.ranking.spelling import joined

# Longer names than this are not written out further.
WRITTEN_MAX_TOKENS: Final = 8
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
        """Every name that could have the same key: to be looked up, most will not exist.

        Names of more tokens than terms can have are left out, unless they are a long form.
        """
        written = {" ".join(self.words(name)), name}
        for _ in range(_ROUNDS):
            written |= {other for one in written for other in self._rewritten(one)}
        key = self.key(name)
        found = {name}
        for one in written:
            found.update(other for other in _respaced(one) if self._may_be_counted(other))
        return {one for one in found if self.key(one) == key}

    def _rewritten(self, name: str) -> Iterator[str]:
        """``name`` with one of its runs shortened or written out."""
        for before, inner, after in _runs(name):
            for short in self._shorts.get(inner, ()):
                yield f"{before}{short}{after}"
            alias = self.aliases.get(inner)
            if alias is not None:
                for long in (alias.long, *alias.variants):
                    if len(f"{before}{long}{after}".split()) <= WRITTEN_MAX_TOKENS:
                        yield f"{before}{long}{after}"

    def _may_be_counted(self, name: str) -> bool:
        return name.count(" ") < TERM_MAX_TOKENS or joined(name) in self._by_joined


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
    if len(words) > WRITTEN_MAX_TOKENS:
        yield name
        return
    for kept in itertools.product((" ", ""), repeat=len(words) - 1):
        spaced = words[0] + "".join(gap + word for gap, word in zip(kept, words[1:], strict=True))
        yield spaced
        for at in range(SPLIT_MIN_CHARS, len(spaced) - SPLIT_MIN_CHARS + 1):
            if spaced[at - 1] != " " and spaced[at] != " ":
                yield f"{spaced[:at]} {spaced[at:]}"
