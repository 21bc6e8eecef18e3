"""Three times the seven-day median: the rule of thumb of hand-made "trending" queries.

A robust ratio to the recent past; the median forgives one bulk day in the past.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peers.peer import Floats, Past

WINDOWS = 7


@dataclass(frozen=True, slots=True)
class TripleMedian:
    """Score: how many times the median.

    Attributes:
        least_median: the median counts as at least this. The bare rule has 0: whatever was absent
            on four days of seven fires at the first listing.
    """

    least_median: float = 0.0
    threshold: float = 3.0

    @property
    def name(self) -> str:
        return f"3 x 7-day median, median >= {self.least_median:g}"

    def score(self, past: Past, docs: Floats, phase: int) -> Floats:  # noqa: ARG002
        median = np.maximum(np.median(past.counts[:, -WINDOWS:], axis=1), self.least_median)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(docs > 0, docs / median, 0.0)
