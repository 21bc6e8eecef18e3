"""How much a term or topic rises since a day, against the days before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trends.ranking.counted import Totals
from trends.ranking.rising import score

RISES_BY: Final = 2.0
RISES_SCORE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A term or topic since a day, against the days before it.

    Attributes:
        name: as people write it.
        stored: the name under which it is counted, or is counted most.
        docs: listings that mention it since then.
        listings: all listings since then.
        docs_before: the same for the days before.
        listings_before: all of those.
        score: how many standard deviations `docs` lies above what the share before gives (Poisson).
    """

    name: str
    stored: str
    docs: int
    listings: int
    docs_before: int
    listings_before: int
    score: float

    @property
    def share(self) -> float:
        return self.docs / self.listings if self.listings else 0.0

    @property
    def share_before(self) -> float:
        return self.docs_before / self.listings_before if self.listings_before else 0.0

    @property
    def lift(self) -> float | None:
        """Share against the share before; None if it was not there."""
        return self.share / self.share_before if self.share_before else None

    @property
    def rises(self) -> bool:
        """Whether chance and doubled interest are both too little to explain it."""
        return self.score >= RISES_SCORE and (self.lift is None or self.lift >= RISES_BY)


def compared(name: str, stored: str, docs: int, docs_before: int, totals: Totals) -> Compared:
    """One of them, from its counts in two windows."""
    return Compared(
        name,
        stored,
        docs,
        totals.listings,
        docs_before,
        totals.listings_before,
        score(docs, docs_before, totals),
    )
