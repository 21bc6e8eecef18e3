"""The counts of one window as they grow: what is asked for piece by piece, held together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trends.detection.source import Name, WindowCounts


class KnownWindow:
    """Counts of names that have reached a least number; newer ones replace older ones.

    Args:
        stored_to: how far each shard was stored when counts were asked for last.
    """

    def __init__(self, stored_to: Mapping[str, int]) -> None:
        self.stored_to = stored_to
        self._row: dict[int, int] = {}
        self._names: list[Name] = []
        self._keys = np.zeros(0, np.uint64)
        self._docs = np.zeros(0, np.int32)
        self._mentions = np.zeros(0, np.int32)

    def take(self, counts: WindowCounts) -> None:
        """Counts of some names, as they are now."""
        row = self._row
        new = [place for place, key in enumerate(counts.keys.tolist()) if key not in row]
        for place in new:
            row[int(counts.keys[place])] = len(self._names)
            self._names.append(counts.name(place))
        self._keys = np.concatenate([self._keys, counts.keys[new]])
        self._docs = _grown(self._docs, len(new))
        self._mentions = _grown(self._mentions, len(new))
        rows = np.array([row[key] for key in counts.keys.tolist()], np.int64)
        self._docs[rows] = counts.docs
        self._mentions[rows] = counts.mentions

    def counts(self) -> WindowCounts:
        """All of them."""
        names = self._names
        return WindowCounts(
            self._keys, self._docs.copy(), self._mentions.copy(), lambda place: names[place]
        )


def _grown(values: NDArray[np.int32], more: int) -> NDArray[np.int32]:
    return np.concatenate([values, np.zeros(more, np.int32)])
