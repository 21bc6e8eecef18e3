"""The tokens met so far, with what `forms.form_of` says of each: asked once, looked up natively.

A cache: forgetting all of it changes no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from trends.analysis.arrays import Longs, Points, Words
from trends.analysis.forms import form_of
from trends.analysis.names import Names
from trends.analysis.native import native
from trends.analysis.scan import SPAN_BITS, point_hash

TOKENS_MAX: Final = 1 << 20
_FIRST_SIZE: Final = 1 << 14

_HIGH = np.uint64(0xFFFFFFFF00000000)

T = TypeVar("T", bound=np.generic)

# Columns of `Lexicon.rows`.
KEY1, KEY2, FORM_START, FORM_BYTES, KIND, LABEL = range(6)


class Lexicon:
    """Tokens by number; the arrays are what the kernels read."""

    def __init__(self, labels: Mapping[str, int]) -> None:
        """``labels``: forms that taxonomy phrases consist of, by their number from 1."""
        self._labels = labels
        self.clear()

    def clear(self) -> None:
        """Forgets every token."""
        self.count = 0
        self.rows = np.zeros((_FIRST_SIZE, 6), np.uint64)
        self.hashes = np.zeros(_FIRST_SIZE, np.uint64)
        self.spans = np.zeros(_FIRST_SIZE, np.int64)
        self.slots = np.zeros(4 * _FIRST_SIZE, np.uint64)
        self.known = np.zeros(8 * _FIRST_SIZE, np.uint32)
        self.forms = np.zeros(8 * _FIRST_SIZE, np.uint8)
        self._form_bytes = 0
        self._points = 0

    def forget_when_full(self) -> None:
        """To be called between batches: numbers change."""
        if self.count > TOKENS_MAX:
            self.clear()

    def add(self, text: str, points: Points, starts: Longs, stops: Longs) -> None:
        """Learns the tokens ``text[start:stop]``; ``points`` are the code points of ``text``."""
        new: dict[str, tuple[int, int]] = {}
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            new.setdefault(text[start:stop], (start, stop))
        forms, kinds = zip(*map(form_of, new), strict=True)
        places = np.array(list(new.values()), np.int64)
        names = Names.of(forms)
        first, last = self.count, self.count + len(new)
        sizes = places[:, 1] - places[:, 0]
        self._make_room(last, int(sizes.sum()), len(names.arena))
        rows = self.rows[first:last]
        rows[:, KEY1], rows[:, KEY2] = names.key1, names.key2
        rows[:, FORM_START] = names.starts + self._form_bytes
        rows[:, FORM_BYTES] = names.sizes
        rows[:, KIND] = kinds
        rows[:, LABEL] = [self._labels.get(form, 0) for form in forms]
        self.forms[self._form_bytes : self._form_bytes + len(names.arena)] = names.arena
        self._form_bytes += len(names.arena)
        self.count = last
        learn(points, places, first, self._points, self.slots, self.hashes, self.spans, self.known)
        self._points += int(sizes.sum())

    def _make_room(self, tokens: int, points: int, form_bytes: int) -> None:
        if tokens >= len(self.hashes):
            size = 2 * tokens
            self.rows = _grown(self.rows, size)
            self.hashes = _grown(self.hashes, size)
            self.spans = _grown(self.spans, size)
            self.slots = np.zeros(1 << (2 * size).bit_length(), np.uint64)
            place(0, self.count, self.slots, self.hashes)
        points += self._points
        if points > len(self.known):
            self.known = _grown(self.known, 2 * points)
        form_bytes += self._form_bytes
        if form_bytes > len(self.forms):
            self.forms = _grown(self.forms, 2 * form_bytes)


def _grown(array: NDArray[T], size: int) -> NDArray[T]:
    larger = np.zeros((size, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


@native
def learn(
    points: Points,
    places: Longs,
    first: int,
    begin: int,
    slots: Words,
    hashes: Words,
    spans: Longs,
    known: Points,
) -> None:
    """Makes the tokens at ``places`` known to `look_up`.

    They get numbers from ``first`` on; their characters stand in ``known`` from ``begin`` on.
    """
    for row in range(len(places)):
        start, stop = places[row]
        for at in range(stop - start):
            known[begin + at] = points[start + at]
        spans[first + row] = (begin << SPAN_BITS) + stop - start
        begin += stop - start
        hashes[first + row] = point_hash(points, start, stop)
    place(first, first + len(places), slots, hashes)


@native
def place(first: int, last: int, slots: Words, hashes: Words) -> None:
    """Enters tokens into the hash table."""
    mask = np.uint64(len(slots) - 1)
    for number in range(first, last):
        slot = hashes[number] & mask
        while slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = (hashes[number] & _HIGH) | np.uint64(number + 1)
