"""Many names in one array of bytes, so that moving them makes no string."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trends.analysis.arrays import Bytes, Ints, Longs, Words
from trends.analysis.hashing import name_keys
from trends.analysis.native import native


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Names with their keys: ``arena[starts[i] : starts[i] + sizes[i]]`` is the i-th, in UTF-8."""

    arena: Bytes
    starts: Longs
    sizes: Ints
    key1: Words
    key2: Words

    @classmethod
    def of(cls, names: Sequence[str]) -> Names:
        """The names of ``names``."""
        encoded = [name.encode() for name in names]
        offsets = np.zeros(len(names) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(names)), out=offsets[1:])
        return cls.packed(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    @classmethod
    def packed(cls, arena: Bytes, offsets: Longs) -> Names:
        """The names ``arena[offsets[i]:offsets[i + 1]]``."""
        key1 = np.empty(len(offsets) - 1, np.uint64)
        key2 = np.empty_like(key1)
        name_keys(arena, offsets, key1, key2)
        return cls(arena, offsets[:-1], np.diff(offsets).astype(np.int32), key1, key2)


def pack(arena: Bytes, starts: Longs, sizes: Ints) -> tuple[Bytes, Longs]:
    """Names one behind the other, and the n + 1 offsets between which each stands."""
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    packed = np.empty(offsets[-1], np.uint8)
    copy_slices(arena, starts, sizes, packed)
    return packed, offsets


def unpacked(arena: Bytes, starts: Longs, sizes: Ints) -> list[str]:
    """The names as strings."""
    return [
        arena[start : start + size].tobytes().decode()
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
    ]


@native
def copy_slices(arena: Bytes, starts: Longs, sizes: Ints, out: Bytes) -> None:
    """Copies slices of ``arena`` one behind the other into ``out``."""
    at = 0
    for row in range(len(starts)):
        start = starts[row]
        for place in range(sizes[row]):
            out[at] = arena[start + place]
            at += 1
