"""SigniTrend's significance, without the hashing.

E. Schubert, M. Weiler, H.-P. Kriegel, "SigniTrend: scalable detection of emerging topics in textual
streams by hashed significance thresholds", KDD 2014: exponentially weighted mean and variance, and
(x - max(mean, beta)) / (sqrt(variance) + beta), beta being the background noise. The start is
weighted as in the authors' ELKI: the first windows count fully.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peers.peer import Floats, Past


@dataclass(frozen=True, slots=True)
class SigniTrend:
    """Score: the significance.

    Attributes:
        half_life: in windows.
        beta: background noise in listings.
        threshold: customary; the authors leave it to the user.
    """

    half_life: float = 7.0
    beta: float = 1.0
    threshold: float = 3.0

    @property
    def name(self) -> str:
        return f"SigniTrend, half-life {self.half_life:g}, beta {self.beta:g}"

    def score(self, past: Past, docs: Floats, phase: int) -> Floats:  # noqa: ARG002
        alpha = 1.0 - 0.5 ** (1.0 / self.half_life)
        mean = past.counts[:, 0].copy()
        variance = np.zeros_like(mean)
        weight = alpha
        for counts in past.counts.T[1:]:
            rate = alpha / (weight * (1.0 - alpha) + alpha)
            weight += (1.0 - weight) * alpha
            rise = counts - mean
            step = rate * rise
            mean += step
            variance = (1.0 - rate) * (variance + step * rise)
        return np.asarray(
            (docs - np.maximum(mean, self.beta)) / (np.sqrt(variance) + self.beta), np.float64
        )
