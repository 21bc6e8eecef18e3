"""What detection finds: frozen values, without behaviour beyond derived properties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a name is."""

    TERM = "term"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Member:
    """One counted name of a spike, with its own test."""

    kind: Kind
    name: str
    docs: int
    expected: float
    p: float
    q: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceListing:
    """A listing of the window that mentions the spike.

    Attributes:
        distinctiveness: how much of what rose in the window it mentions; higher is better.
    """

    id: str
    title: str
    url: str
    source: str
    event_time: datetime
    upvotes: int | None
    distinctiveness: float


@dataclass(frozen=True, slots=True)
class Point:
    """One window of a spike's series: listings that mention it, and how many were expected."""

    start: datetime
    docs: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """More listings mention something than its past and chance explain.

    Attributes:
        name: of its leading member, as people write it.
        kind: of its leading member.
        members: all names that rose together, the leading one first.
        horizon: ``hour``, ``day``, ``week`` or ``month`` (28 days).
        window_start: of the window it was found in.
        window_end: of the same; excluded.
        complete: whether the window was over when it was found.
        observed: listings of the window that mention the leading member.
        expected: listings that its past lets expect among `listings`.
        expected_high: as many are exceeded in one window of forty (97.5 %) by chance.
        listings: of the window so far.
        p: chance of `observed` or more at any look at the window, were nothing new.
        q: the least false-discovery rate at which it is found (Benjamini and Hochberg 1995).
        lift: observed by expected.
        is_new: no window of the past mentions it.
        windows: of the past that had listings.
        first_window: when it began to exceed what was expected.
        evidence: the best listings, at most five.
        rose_with: other things that rose in the same listings, as people write them.
        series: the last windows, this one last.
    """

    name: str
    kind: Kind
    members: tuple[Member, ...]
    horizon: str
    window_start: datetime
    window_end: datetime
    complete: bool
    observed: int
    expected: float
    expected_high: float
    listings: int
    p: float
    q: float
    lift: float
    is_new: bool
    windows: int
    first_window: datetime
    evidence: tuple[EvidenceListing, ...] = ()
    rose_with: tuple[str, ...] = ()
    series: tuple[Point, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    """Tags of the listings that mention it, and how many carry each; most frequent first."""
    sources: tuple[tuple[str, int], ...] = ()
    """The same of their sources."""

    @property
    def names(self) -> frozenset[tuple[Kind, str]]:
        """All counted names."""
        return frozenset((member.kind, member.name) for member in self.members)
