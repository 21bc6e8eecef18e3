"""Which listings have been counted: a listing counts once within the horizon.

An *occurrence* is a counted appearance of an id: its position and when it arrived (the timestamp
of its Kafka message, so that reading the log again decides the same). A line repeats an occurrence
when the two arrived at most one horizon apart, whatever dates they carry: one paper on three pages
of different months is one listing. The first position counts; reading that very position again is a
replay, not a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from trends.model import Position

LINE_BITS: Final = 24
SHARD_BITS: Final = 16
ARRIVED_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A counted appearance of ``id`` at ``position``; ``arrived_s`` in epoch seconds."""

    id: str
    position: Position
    arrived_s: int


class Seen:
    """Occurrences in memory; complete for arrivals from ``known_from_s`` on.

    What lies earlier must be looked up by id and given to `remember` first (see `needs_lookup`).
    An occurrence is kept as one number, which takes a third of the memory of the value itself:

        offset | line: 24 bits | number of the shard: 16 bits | arrived_s: 32 bits
    """

    def __init__(self, horizon_s: int, capacity: int, known_from_s: int | None = None) -> None:
        self._horizon_s = horizon_s
        self._capacity = capacity
        self._known_from_s = known_from_s
        self._shards: list[str] = []
        self._shard_numbers: dict[str, int] = {}
        self._by_id: dict[str, int | tuple[int, ...]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Occurrence]:
        for listing_id in self._by_id:
            yield from self._of(listing_id)

    def _of(self, listing_id: str) -> Iterator[Occurrence]:
        packed = self._by_id.get(listing_id, ())
        for number in (packed,) if isinstance(packed, int) else packed:
            shard = self._shards[number >> ARRIVED_BITS & (1 << SHARD_BITS) - 1]
            place = number >> ARRIVED_BITS + SHARD_BITS
            position = Position(shard, place >> LINE_BITS, place & (1 << LINE_BITS) - 1)
            yield Occurrence(listing_id, position, number & (1 << ARRIVED_BITS) - 1)

    def _packed(self, occurrence: Occurrence) -> int:
        position = occurrence.position
        shard = self._shard_numbers.setdefault(position.shard, len(self._shards))
        if shard == len(self._shards):
            self._shards.append(position.shard)
        place = position.offset << LINE_BITS | position.line
        return (place << SHARD_BITS | shard) << ARRIVED_BITS | occurrence.arrived_s

    def needs_lookup(self, arrived_s: int) -> bool:
        """Whether memory alone cannot tell if a line at ``arrived_s`` repeats an occurrence."""
        return self._known_from_s is not None and arrived_s - self._horizon_s < self._known_from_s

    def remember(self, occurrences: Iterable[Occurrence]) -> None:
        """Adds occurrences; those known already change nothing."""
        for occurrence in occurrences:
            packed = self._packed(occurrence)
            known = self._by_id.get(occurrence.id)
            if known is None:
                self._by_id[occurrence.id] = packed
            elif isinstance(known, int):
                if known == packed:
                    continue
                self._by_id[occurrence.id] = (known, packed)
            elif packed in known:
                continue
            else:
                self._by_id[occurrence.id] = (*known, packed)
            self._size += 1

    def repeats(self, listing_id: str, position: Position, arrived_s: int) -> bool:
        """Whether a line repeats an occurrence at another, earlier position.

        Occurrences later in the same shard are ignored: they were counted when an earlier run
        read further than this replay has come.
        """
        return any(
            abs(arrived_s - known.arrived_s) <= self._horizon_s and _comes_before(known, position)
            for known in self._of(listing_id)
        )

    def counted_at(self, listing_id: str, position: Position) -> bool:
        """Whether the line at ``position`` itself is a known occurrence."""
        return any(known.position == position for known in self._of(listing_id))

    def shrink(self, shard: str, flushed_offset: int) -> None:
        """Forgets the oldest occurrences when over capacity; never one that is not stored yet."""
        if self._size <= self._capacity:
            return
        keep = self._capacity // 2
        times = sorted((known.arrived_s for known in self), reverse=True)
        known_from_s = times[keep]
        kept = [
            known
            for known in self
            if known.arrived_s >= known_from_s
            or (known.position.shard == shard and known.position.offset > flushed_offset)
        ]
        self._known_from_s = max(known_from_s, self._known_from_s or known_from_s)
        self._by_id = {}
        self._size = 0
        self.remember(kept)


def _comes_before(known: Occurrence, position: Position) -> bool:
    if known.position.shard != position.shard:
        return True
    return (known.position.offset, known.position.line) < (position.offset, position.line)
