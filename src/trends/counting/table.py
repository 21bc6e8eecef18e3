"""Kernel: a hash table from names to absolute counts, for one bucket.

A slot is three words: the first half of the name's key; 32 bits of the second half and the number
of the slot's entry plus 1; docs and mentions, 32 bits each. Docs of 0 mark an empty slot. An
*entry* notes that a name has changed since the last flush, and where its bytes stand until then.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from trends.analysis.arrays import Counts, Ints, Longs, Words
from trends.analysis.native import native

SLOTS_FIRST: Final = 64
# A table grows before it is fuller than this.
FULL_NUMERATOR: Final = 3
FULL_DENOMINATOR: Final = 4

_HIGH = np.uint64(0xFFFFFFFF00000000)
_LOW = np.uint64(0x00000000FFFFFFFF)
_S32 = np.uint64(32)
_ONE = np.uint64(1)


@native
def _find(slots: Words, key1: np.uint64, key2: np.uint64) -> np.int64:
    """The slot of a key, or the empty one where it belongs."""
    mask = np.uint64(len(slots) - 1)
    slot = (key1 ^ (key1 >> _S32)) & mask
    high = key2 & _HIGH
    while slots[slot, 2] and (slots[slot, 0] != key1 or slots[slot, 1] & _HIGH != high):
        slot = (slot + _ONE) & mask
    return np.int64(slot)


@native
def add(
    slots: Words,
    entry_slots: Longs,
    entry_starts: Longs,
    entry_sizes: Ints,
    entries: int,
    key1: Words,
    key2: Words,
    starts: Longs,
    sizes: Ints,
    counts: Ints,
    ends: Longs,
    listings: Longs,
    base: int,
) -> tuple[int, int]:
    """Counts the mentions of some listings of a batch.

    Args:
        slots: the table; with room for every row.
        entry_slots, entry_starts, entry_sizes, entries: the entries and their number; with room.
        key1, key2, starts, sizes, counts, ends: as in `Mentions`.
        listings: which listings of the batch.
        base: added to ``starts``.

    Returns:
        How many names are new to the table, and the new number of entries.
    """
    fresh = 0
    for listing in listings:
        for row in range(ends[listing - 1] if listing else 0, ends[listing]):
            slot = _find(slots, key1[row], key2[row])
            if slots[slot, 2] == 0:
                slots[slot, 0] = key1[row]
                slots[slot, 1] = key2[row] & _HIGH
                fresh += 1
            slots[slot, 2] += (_ONE << _S32) | np.uint64(counts[row])
            if slots[slot, 1] & _LOW == 0:
                entry_slots[entries] = slot
                entry_starts[entries] = starts[row] + base
                entry_sizes[entries] = sizes[row]
                entries += 1
                slots[slot, 1] |= np.uint64(entries)
    return fresh, entries


@native
def load(slots: Words, key1: Words, key2: Words, docs: Counts, mentions: Counts) -> None:
    """Puts absolute counts into a table with room for them."""
    for row in range(len(key1)):
        slot = _find(slots, key1[row], key2[row])
        slots[slot, 0] = key1[row]
        slots[slot, 1] = key2[row] & _HIGH
        slots[slot, 2] = (np.uint64(docs[row]) << _S32) | np.uint64(mentions[row])


@native
def move(old: Words, new: Words, entry_slots: Longs) -> None:
    """Fills a larger table from a smaller one, and tells the entries where their slots are now."""
    for slot in range(len(old)):
        if old[slot, 2]:
            place = _find(new, old[slot, 0], old[slot, 1])
            new[place] = old[slot]
            entry = old[slot, 1] & _LOW
            if entry:
                entry_slots[np.int64(entry) - 1] = place


@native
def take(slots: Words, entry_slots: Longs, docs: Counts, mentions: Counts) -> None:
    """Reads the counts of every entry and forgets that they had changed."""
    for entry in range(len(docs)):
        slot = entry_slots[entry]
        docs[entry] = np.int64(slots[slot, 2] >> _S32)
        mentions[entry] = np.int64(slots[slot, 2] & _LOW)
        slots[slot, 1] &= _HIGH
