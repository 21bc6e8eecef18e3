"""Which spikes and alerts are about the same thing.

In: spikes of one evaluation, and alerts that are open. Out: groups of them. The order in which they
come plays no part. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trends.alerting.alert import Alert
from trends.detection.spike import Kind, Spike

# One listing in common may be chance; and of five, three have to be.
COMMON_EVIDENCE_MIN: Final = 2

StrengthKey = tuple[float, int, str, datetime, str, str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Spikes and open alerts that are about one thing.

    Attributes:
        spikes: strongest first.
        alerts: those that fire first, then the oldest first.
    """

    spikes: tuple[Spike, ...]
    alerts: tuple[Alert, ...]

    @property
    def names(self) -> frozenset[tuple[Kind, str]]:
        """All counted names of its spikes."""
        return frozenset[tuple[Kind, str]]().union(*(spike.names for spike in self.spikes))


def groups(spikes: Iterable[Spike], alerts: Iterable[Alert]) -> list[Group]:
    """Spikes and alerts in groups: what is about the same thing, directly or by way of others.

    By way of others, because a spike that brings two together must bring them together whichever
    of the three is looked at first.
    """
    strongest_first = sorted(spikes, key=strength)
    oldest_first = sorted(alerts, key=seniority)
    union = _Union(len(strongest_first) + len(oldest_first))
    home: dict[tuple[Kind, str], int] = {}
    items: list[Spike | Alert] = [*strongest_first, *oldest_first]
    for place, item in enumerate(items):
        for name in item.names:
            union.join(home.setdefault(name, place), place)
    _join_by_evidence(items, union)
    members: dict[int, list[int]] = defaultdict(list)
    for place in range(len(items)):
        members[union.root(place)].append(place)
    count = len(strongest_first)
    return [
        Group(
            tuple(strongest_first[place] for place in places if place < count),
            tuple(oldest_first[place - count] for place in places if place >= count),
        )
        for places in members.values()
    ]


def belongs(spike: Spike, alert: Alert) -> bool:
    """Whether they share a counted name, or most of their evidence at about the same time."""
    return bool(spike.names & alert.names) or same_evidence(spike, alert.spike)


def same_evidence(one: Spike, other: Spike) -> bool:
    """Whether half of the evidence of either is evidence of the other, too.

    They must have begun within one window of each other, the longer of the two: the same listings
    are evidence of another rise when they come up again later.
    """
    length = max(one.window_end - one.window_start, other.window_end - other.window_start)
    if abs(one.first_window - other.first_window) > length:
        return False
    mine = {listing.id for listing in one.evidence}
    theirs = {listing.id for listing in other.evidence}
    common = len(mine & theirs)
    return common >= COMMON_EVIDENCE_MIN and 2 * common >= max(len(mine), len(theirs))


def strength(spike: Spike) -> StrengthKey:
    """Sorts the strongest first: by least q, then most docs; the rest only makes it one order."""
    return (
        spike.q,
        -spike.observed,
        spike.horizon,
        spike.window_start,
        spike.kind.value,
        spike.name,
        repr(spike),
    )


def seniority(alert: Alert) -> tuple[bool, datetime, str]:
    """Sorts those that fire first, then the oldest."""
    return alert.fired_at is None, alert.opened_at, alert.id


def _join_by_evidence(items: Sequence[Spike | Alert], union: _Union) -> None:
    by_listing: dict[str, list[int]] = defaultdict(list)
    spikes = [item if isinstance(item, Spike) else item.spike for item in items]
    for place, spike in enumerate(spikes):
        for listing in spike.evidence:
            by_listing[listing.id].append(place)
    for places in by_listing.values():
        for index, place in enumerate(places):
            for other in places[:index]:
                if union.root(place) != union.root(other) and same_evidence(
                    spikes[place], spikes[other]
                ):
                    union.join(place, other)


class _Union:
    """Disjoint sets of whole numbers; the least one stands for its set."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, place: int) -> int:
        while self._parents[place] != place:
            self._parents[place] = self._parents[self._parents[place]]
            place = self._parents[place]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parents[high] = low
