"""Five sigma over fourteen days: the rule that most monitoring tools start with.

The count is compared with the mean of the last windows in units of their standard deviation: a
moving Shewhart chart (Shewhart, "Economic control of quality of manufactured product", 1931) with
five in place of three sigma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peers.peer import Floats, Past

WINDOWS = 14


@dataclass(frozen=True, slots=True)
class FiveSigma:
    """Score: standard deviations above the mean.

    Attributes:
        least_sigma: the standard deviation counts as at least this. The bare rule has 0: a series
            that was constant fires at any rise.
    """

    least_sigma: float = 0.0
    threshold: float = 5.0

    @property
    def name(self) -> str:
        return f"5 sigma over 14 windows, sigma >= {self.least_sigma:g}"

    def score(self, past: Past, docs: Floats, phase: int) -> Floats:  # noqa: ARG002
        last = past.counts[:, -WINDOWS:]
        rise = docs - last.mean(axis=1)
        sigma = np.maximum(last.std(axis=1, ddof=1), self.least_sigma)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(rise > 0, rise / sigma, 0.0)
