"""Names that rose in the same listings to one spike: what is explained by another is no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trends.detection.chance import tail

# What is left of a name without the listings of another is a rise of its own if chance explains it
# no better than this, ...
OWN_MAX_P: Final = 1e-4
# ... and if it is at least so much of the name.
OWN_MIN_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Risen:
    """A name, or several that are one thing.

    Attributes:
        docs: listings of the window that mention it.
        expected: of them.
        size: of the negative binomial around ``expected``.
        listings: those of them that are known, as numbers.
        leads: whether people would take it for the name of a spike.
    """

    docs: int
    expected: float
    size: float
    listings: frozenset[int]
    leads: bool = True


def grouped(risen: Sequence[Risen], min_docs: int) -> list[list[int]]:
    """Groups of places in ``risen``, each with the one that leads it first.

    Args:
        risen: strongest first. The first that is not explained by those before it leads a group;
            what is explained joins the group that holds most of its listings. What should not
            lead comes last, and leads only a group that nothing else explains.
        min_docs: fewer listings are never a rise of their own.
    """
    groups: list[list[int]] = []
    order = sorted(range(len(risen)), key=lambda place: not risen[place].leads)
    for place in order:
        one = risen[place]
        home = _explained_by(one, [risen[group[0]] for group in groups], min_docs)
        if home is None:
            groups.append([place])
        else:
            groups[home].append(place)
    return groups


def _explained_by(one: Risen, leaders: Sequence[Risen], min_docs: int) -> int | None:
    """The leader without whose listings ``one`` has not risen; None if there is no such."""
    best: tuple[int, int] | None = None
    for number, leader in enumerate(leaders):
        shared = len(one.listings & leader.listings)
        if not shared:
            continue
        left = one.docs * (1 - shared / len(one.listings))
        if not _is_own(one, left, min_docs) and (best is None or shared > best[0]):
            best = shared, number
    return None if best is None else best[1]


def _is_own(one: Risen, left: float, min_docs: int) -> bool:
    docs = round(left)
    if docs < min_docs or docs < OWN_MIN_SHARE * one.docs:
        return False
    p = tail(np.array([docs], np.int32), np.array([one.expected]), np.array([one.size]))
    return float(p[0]) <= OWN_MAX_P
