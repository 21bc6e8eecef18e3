"""Which of the candidates each listing of a sample mentions: the evidence for all judgements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

# A text with fewer terms has no room to repeat its subject: it says nothing about focus.
LONG_MIN_TERMS: Final = 60


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which names stand in which listings, as two columns of equal length."""

    names: Integers
    listings: Integers

    @classmethod
    def of(cls, by_listing: Sequence[Sequence[int]]) -> Pairs:
        """From the numbers of the names of each listing."""
        sizes = np.fromiter(map(len, by_listing), np.int64, len(by_listing))
        return cls(
            np.fromiter(chain.from_iterable(by_listing), np.int64, int(sizes.sum())),
            np.repeat(np.arange(len(by_listing)), sizes),
        )


class Sample:
    """One row per candidate name, one column per listing.

    Attributes:
        names: of the candidates.
        present: whether the listing mentions the name.
        titled: whether its title does.
        followed: whether another word follows the name somewhere, so that it is part of a phrase.
        preceded: whether another word stands before it somewhere.
        long: of each listing, whether its text is long enough to judge by.
        title_share: of each listing, the share of its terms that stand in the title.
        judged_share: of all terms of all listings, how many stand in those with a long text.
    """

    def __init__(
        self,
        names: Sequence[str],
        terms: Sequence[int],
        title_terms: Sequence[int],
        *,
        present: Pairs,
        titled: Pairs,
        followed: Pairs,
        preceded: Pairs,
    ) -> None:
        """The pairs are of numbers in ``names`` and of listings.

        Args:
            names: of the candidates.
            terms: how many terms each listing has.
            title_terms: how many of them stand in the title.
            present: what is mentioned.
            titled: what is mentioned in the title.
            followed: what has another word behind it.
            preceded: what has another word before it.
        """
        self.names = tuple(names)
        self._row = {name: number for number, name in enumerate(self.names)}
        all_terms = np.asarray(terms, np.int64)
        in_title = np.asarray(title_terms, np.int64)
        self.present = self._table(present, len(all_terms))
        self.titled = self._table(titled, len(all_terms))
        self.followed = self._table(followed, len(all_terms))
        self.preceded = self._table(preceded, len(all_terms))
        self.long: Mask = (all_terms >= LONG_MIN_TERMS) & (in_title < all_terms)
        self.title_share: Reals = in_title / np.maximum(all_terms, 1)
        everything = int(all_terms.sum())
        self.judged_share = float(all_terms[self.long].sum() / everything) if everything else 0.0

    def _table(self, pairs: Pairs, listings: int) -> Mask:
        table: Mask = np.zeros((len(self.names), listings), np.bool_)
        table[pairs.names, pairs.listings] = True
        return table

    def rows(self, names: Iterable[str]) -> list[int]:
        """The rows of those names that are candidates."""
        return [self._row[name] for name in names if name in self._row]

    def any_of(self, table: Mask, names: Iterable[str]) -> Mask:
        """Which listings hold any of the names."""
        rows = self.rows(names)
        found: Mask = table[rows[0]] if len(rows) == 1 else np.any(table[rows], axis=0)
        return found
