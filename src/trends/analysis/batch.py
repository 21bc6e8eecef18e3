"""What the kernel found in a batch of listings, as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trends.analysis.arrays import Bytes, Ints, Longs, Words
from trends.analysis.interface import Analysis
from trends.analysis.names import unpacked

_NO_WORDS: Final = np.empty(0, np.uint64)
_NO_INTS: Final = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """Terms (or topics) of ``n`` listings; one row for each name that a listing mentions.

    Attributes:
        arena: UTF-8 bytes that hold every name.
        key1, key2: the halves of the name's key (see hashing.py).
        starts, sizes: where the name stands in the arena, in bytes.
        counts: how often the listing mentions it.
        ends: per listing, where its rows end; they begin where those of the one before end.
    """

    arena: Bytes
    key1: Words
    key2: Words
    starts: Longs
    sizes: Ints
    counts: Ints
    ends: Longs

    def without_counts(self) -> Mentions:
        """The names alone, in a third of the memory: for what waits to be written."""
        return replace(self, key1=_NO_WORDS, key2=_NO_WORDS, counts=_NO_INTS)

    def span(self, listing: int) -> tuple[int, int]:
        """First row of a listing, and the row behind its last."""
        return int(self.ends[listing - 1]) if listing else 0, int(self.ends[listing])

    def names(self, listing: int) -> list[str]:
        """What one listing mentions."""
        rows = slice(*self.span(listing))
        return unpacked(self.arena, self.starts[rows], self.sizes[rows])

    def of(self, listing: int) -> dict[str, int]:
        """Name to number of mentions of one listing."""
        counts = self.counts[slice(*self.span(listing))].tolist()
        return dict(zip(self.names(listing), counts, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What ``n`` listings mention.

    Attributes:
        terms, topics: what is counted.
        title_terms: per listing, how many of its first terms stand in its title.
        acronyms: per listing, short form to long form of those it introduces.
    """

    terms: Mentions
    topics: Mentions
    title_terms: Ints
    acronyms: list[dict[str, str]]

    def without_counts(self) -> Batch:
        """The names alone."""
        return replace(self, terms=self.terms.without_counts(), topics=self.topics.without_counts())

    def __len__(self) -> int:
        return len(self.acronyms)

    def __iter__(self) -> Iterator[Analysis]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, listing: int) -> Analysis:
        """The mentions of one listing, as strings."""
        return Analysis(
            self.terms.of(listing),
            int(self.title_terms[listing]),
            self.topics.of(listing),
            self.acronyms[listing],
        )
