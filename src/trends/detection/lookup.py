"""Where keys stand in a sorted array of distinct keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


def places_in(ordered: Keys, keys: Keys) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """(keys,) whether each is there, and (keys,) its place, which means nothing if it is not.

    Args:
        ordered: ascending, each key once.
        keys: in any order.
    """
    if not len(ordered):
        return np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.intp)
    places = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return ordered[places] == keys, places
