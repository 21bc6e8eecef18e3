"""The tokens met so far, with what `forms.form_of` says of each: asked once, looked up natively.

A cache: forgetting all of it changes no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from trends.analysis.arrays import Longs, Points
from trends.analysis.forms import form_of
from trends.analysis.names import Names
from trends.analysis.scan import learn, move

TOKENS_MAX: Final = 1 << 20
_FIRST_SIZE: Final = 1 << 14

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
        self.slots = np.zeros((4 * _FIRST_SIZE, 3), np.uint64)
        self.forms = np.zeros(8 * _FIRST_SIZE, np.uint8)
        self._form_bytes = 0

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
        self._make_room(last, len(names.arena))
        rows = self.rows[first:last]
        rows[:, KEY1], rows[:, KEY2] = names.key1, names.key2
        rows[:, FORM_START] = names.starts + self._form_bytes
        rows[:, FORM_BYTES] = names.sizes
        rows[:, KIND] = kinds
        rows[:, LABEL] = [self._labels.get(form, 0) for form in forms]
        self.forms[self._form_bytes : self._form_bytes + len(names.arena)] = names.arena
        self._form_bytes += len(names.arena)
        self.count = last
        learn(points, places[:, 0].copy(), places[:, 1].copy(), first, self.slots)

    def _make_room(self, tokens: int, form_bytes: int) -> None:
        if tokens > len(self.rows):
            self.rows = _grown(self.rows, 2 * tokens)
            slots = np.zeros((1 << (4 * tokens).bit_length(), 3), np.uint64)
            move(self.slots, slots)
            self.slots = slots
        form_bytes += self._form_bytes
        if form_bytes > len(self.forms):
            self.forms = _grown(self.forms, 2 * form_bytes)


def _grown(array: NDArray[T], size: int) -> NDArray[T]:
    larger = np.zeros((size, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
