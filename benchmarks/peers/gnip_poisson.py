"""Gnip's Poisson models.

S. Hendrickson, J. Kolb, B. Lehman, J. Montague, "Trend detection in social data" (Twitter, 2015),
sections "Point-by-point Poisson model" and "Cycle-corrected Poisson model": eta = (count - nu) /
width of the central interval of confidence alpha of a Poisson variable with mean nu; nu is the
count of the window before, or the mean of the windows of the same phase. With alpha = 0.99, eta > 1
is said to be rare (1 %) were counts Poisson; the authors leave the threshold to the user. Where nu
is 0 their code gives eta = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import poisson

from peers.peer import Floats, Past

ALPHA = 0.99


@dataclass(frozen=True, slots=True)
class GnipPoisson:
    """Score: eta.

    Attributes:
        background: what nu is taken from. The mean of all windows is not in the paper, but gives
            the test its best chance where there is no cycle.
    """

    background: Literal["last", "cycle", "mean"] = "last"
    threshold: float = 1.0

    @property
    def name(self) -> str:
        return f"Gnip Poisson, {self.background}"

    def score(self, past: Past, docs: Floats, phase: int) -> Floats:
        if self.background == "last":
            expected = past.counts[:, -1]
        elif self.background == "cycle" and (past.phases == phase).any():
            expected = past.counts[:, past.phases == phase].mean(axis=1)
        else:
            expected = past.counts.mean(axis=1)
        high = poisson.ppf((1 + ALPHA) / 2, expected)
        low = poisson.ppf((1 - ALPHA) / 2, expected)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 0, (docs - expected) / (high - low), 0.0)
