"""Absolute counts of one bucket's terms (or topics)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trends.analysis.arrays import Bytes, Counts, Ints, Longs
from trends.analysis.batch import Mentions
from trends.analysis.names import Names
from trends.counting.table import (
    FULL_DENOMINATOR,
    FULL_NUMERATOR,
    SLOTS_FIRST,
    add,
    load,
    move,
    take,
)

NO_VERSION: Final = -1
# So many listings are always counted at once.
LISTINGS_MIN: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Names that changed, with absolute docs and mentions; ``starts`` lie in a shared arena."""

    starts: Longs
    sizes: Ints
    docs: Counts
    mentions: Counts

    def __len__(self) -> int:
        return len(self.docs)


class Tally:
    """Counts by name, as stored up to ``version`` and then some.

    ``docs`` is the number of listings that mention a name, ``mentions`` the number of occurrences.
    """

    def __init__(self) -> None:
        self.version = NO_VERSION
        self._names = 0
        self._slots = np.zeros((SLOTS_FIRST, 3), np.uint64)
        self._entries = 0
        self._entry_slots = np.empty(0, np.int64)
        self._entry_starts = np.empty(0, np.int64)
        self._entry_sizes = np.empty(0, np.int32)

    def __len__(self) -> int:
        return self._names

    @property
    def changed(self) -> bool:
        """Whether anything came since the last `take_changed`."""
        return self._entries > 0

    def add(self, mentions: Mentions, listings: Longs, base: int) -> None:
        """Counts some listings of a batch.

        Args:
            mentions: of the batch.
            listings: their numbers in it.
            base: where the arena of ``mentions`` begins in the one `take_changed` refers to.
        """
        first = np.where(listings > 0, mentions.ends[listings - 1], 0)
        rows = int((mentions.ends[listings] - first).sum())
        if len(listings) > LISTINGS_MIN and not self._has_room(rows):
            # Most names are known: room for all that may be new would mostly stay empty.
            half = len(listings) // 2
            self.add(mentions, listings[:half], base)
            self.add(mentions, listings[half:], base)
            return
        self._make_room(rows)
        fresh, self._entries = add(
            self._slots,
            self._entry_slots,
            self._entry_starts,
            self._entry_sizes,
            self._entries,
            mentions.key1,
            mentions.key2,
            mentions.starts,
            mentions.sizes,
            mentions.counts,
            mentions.ends,
            listings,
            base,
        )
        self._names += fresh

    def load(self, names: Names, docs: Counts, mentions: Counts, version: int) -> None:
        """Takes what the store holds; names must be distinct and not be here yet."""
        self._make_room(len(docs))
        load(self._slots, names.key1, names.key2, docs, mentions)
        self._names += len(docs)
        self.version = max(self.version, version)

    def take_changed(self) -> Changed:
        """Names changed since the last call, with their absolute counts."""
        entries = self._entries
        docs, mentions = np.empty(entries, np.uint32), np.empty(entries, np.uint32)
        take(self._slots, self._entry_slots, docs, mentions)
        changed = Changed(self._entry_starts[:entries], self._entry_sizes[:entries], docs, mentions)
        self._entries = 0
        self._entry_slots = np.empty(0, np.int64)
        self._entry_starts = np.empty(0, np.int64)
        self._entry_sizes = np.empty(0, np.int32)
        return changed

    def _has_room(self, rows: int, size: int | None = None) -> bool:
        size = size or len(self._slots)
        return FULL_DENOMINATOR * (self._names + rows) <= FULL_NUMERATOR * size

    def _make_room(self, rows: int) -> None:
        room = self._entries + rows
        if room > len(self._entry_slots):
            room = max(room, 2 * self._entries)
            self._entry_slots = _grown(self._entry_slots, self._entries, room)
            self._entry_starts = _grown(self._entry_starts, self._entries, room)
            self._entry_sizes = _grown(self._entry_sizes, self._entries, room)
        size = len(self._slots)
        while not self._has_room(rows, size):
            size *= 2
        if size > len(self._slots):
            slots = np.zeros((size, 3), np.uint64)
            move(self._slots, slots, self._entry_slots)
            self._slots = slots


def _grown(array: Bytes | Ints | Longs, used: int, room: int) -> np.ndarray:
    larger = np.empty(room, array.dtype)
    larger[:used] = array[:used]
    return larger
